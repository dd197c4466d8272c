package statem_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/statem"
)

// The requests of a lock, and the lock.
type (
	Unlock struct {
		genserver.Returns[bool]
		Code string
	}
	Tries struct{ genserver.Returns[int] }
	Slam  struct{}
)

type (
	lockData  struct{ tries int }
	lockCtx   = statem.Context[string, lockData]
	lockState = statem.State[string, lockData]
)

func unlock(c *lockCtx, to genserver.ReplyTo[bool], q Unlock) (string, error) {
	c.Data.tries++
	statem.Reply(c, to, q.Code == "1234")
	if q.Code == "1234" {
		return "open", nil
	}
	return "locked", nil
}

func tries(c *lockCtx, to genserver.ReplyTo[int], _ Tries) (string, error) {
	statem.Reply(c, to, c.Data.tries)
	return c.State(), nil
}

func slam(*lockCtx, Slam) (string, error) { return "locked", nil }

func closeAgain(*lockCtx, any) (string, error) { return "locked", nil }

func typedLock() statem.Machine[string, lockData] {
	return statem.Machine[string, lockData]{
		Initial: "locked",
		States: map[string]lockState{
			"locked": {On: statem.Handle(statem.OnCall(unlock), statem.OnCall(tries))},
			"open": {
				On: statem.Handle(statem.OnCall(tries), statem.OnCast(slam), statem.OnTimeout(statem.StateTimer, closeAgain)),
				Enter: func(c *lockCtx, _ string) error {
					c.SetTimeout(statem.StateTimer, time.Minute, nil)
					return nil
				},
				Handle: func(c *lockCtx, ev statem.Event) (string, error) {
					c.Postpone()
					return c.State(), nil
				},
			},
		},
	}
}

func TestTyped_EventsOfAMachine(t *testing.T) {
	play(t, idle, func(w *world) {
		p, err := statem.Start(w.ctx, typedLock(), w.opts)
		require.NoError(w, err)
		try := func(code string) bool {
			w.Helper()
			open, err := genserver.Call(w.ctx, p, Unlock{Code: code})
			require.NoError(w, err)
			return open
		}
		require.False(w, try("0"))
		require.True(w, try("1234"))
		n, err := genserver.Call(w.ctx, p, Tries{})
		require.NoError(w, err)
		require.Equal(w, 2, n)
		require.NoError(w, genserver.Cast(w.ctx, p, Slam{}))
		require.False(w, try("1"), "it is locked again")
		require.True(w, try("1234"))
		began := time.Now()
		_, err = w.ctx.SendAfter(p, 59*time.Second, "for Handle")
		require.NoError(w, err)
		pass(time.Minute)
		require.Equal(w, time.Minute, time.Since(began))
		require.False(w, try("2"), "its time is over")
		require.NoError(w, genserver.Cast(w.ctx, p, Slam{}))
		_, err = genserver.CallAs[int](w.ctx, p, "what?")
		require.ErrorIs(w, err, genserver.ErrUnhandled)
	})
}

func TestTyped_MistakesAreFoundAtTheStart(t *testing.T) {
	var none func(*lockCtx, Slam) (string, error)
	for want, on := range map[string]statem.Handlers[string, lockData]{
		"state locked: handlers do not fit: there are two handlers of call with statem_test.Tries":       statem.Handle(statem.OnCall(tries), statem.OnCall(tries)),
		"state locked: handlers do not fit: the handler of cast with statem_test.Slam is a nil function": statem.Handle(statem.OnCast(none)),
		`state locked: handlers do not fit: there are two handlers of timer "state timeout"`:             statem.Handle(statem.OnTimeout(statem.StateTimer, closeAgain), statem.OnTimeout(statem.StateTimer, closeAgain)),
		`state locked: handlers do not fit: timer "state timeout" is none of a machine's`:                statem.Handle(statem.OnTimeout("state timeout", closeAgain)),
		"state locked: handlers do not fit: the handler of info with error is for an interface":          statem.Handle(statem.OnInfo(func(*lockCtx, error) (string, error) { return "", nil })),
		"state locked: handlers do not fit: an empty statem.Handler":                                     statem.Handle(statem.Handler[string, lockData]{}),
		"state locked has no Handle": {},
	} {
		t.Run(want, func(t *testing.T) {
			inWorld(t, genserver.Options{}, idle, func(w *world) {
				m := typedLock()
				m.States["locked"] = lockState{On: on}
				_, err := statem.Start(w.ctx, m, w.opts)
				require.ErrorContains(t, err, want)
			})
		})
	}
}
