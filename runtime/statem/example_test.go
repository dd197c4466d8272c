package statem_test

import (
	"context"
	"fmt"
	"time"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/statem"
)

// door is the data of a door with a code lock, that locks itself again.
type door struct {
	code  string
	wrong int
}

type doorContext = statem.Context[string, door]

func locked(c *doorContext, ev statem.Event) (string, error) {
	if ev.Kind != statem.Call {
		return c.State(), genserver.ErrUnhandled
	}
	if ev.Content != c.Data.code {
		c.Data.wrong++
		c.Reply(ev.From, fmt.Sprint("wrong code, try ", c.Data.wrong))
		return c.State(), nil
	}
	c.Reply(ev.From, "come in")
	return "open", nil
}

func open(c *doorContext, ev statem.Event) (string, error) {
	if ev.Timer == statem.StateTimer {
		return "locked", nil
	}
	c.Postpone() // whatever it is: the locked door will answer
	return c.State(), nil
}

func Example() {
	lock := statem.Machine[string, door]{
		Initial: "locked",
		Data:    door{code: "1234"},
		States: map[string]statem.State[string, door]{
			"locked": {Handle: locked},
			"open": {Handle: open, Enter: func(c *doorContext, _ string) error {
				c.SetTimeout(statem.StateTimer, 10*time.Millisecond, nil)
				return nil
			}},
		},
	}
	rt := runtime.MustNew(runtime.Config{})
	err := rt.Run(context.Background(), func(ctx *runtime.Context) error {
		p, err := statem.StartLink(ctx, lock, genserver.Options{Name: "door"})
		if err != nil {
			return err
		}
		for _, code := range []string{"0000", "1234", "1111"} {
			fmt.Println(genserver.CallAs[string](ctx, "door", code))
		}
		return genserver.Stop(ctx, p, signal.Normal)
	})
	fmt.Println(err)
	// Output:
	// wrong code, try 1 <nil>
	// come in <nil>
	// wrong code, try 2 <nil>
	// <nil>
}
