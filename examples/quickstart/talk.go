package main

import (
	"errors"
	"strings"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// greet is a message: any Go value that is data. It carries who sent it, because a
// message does not say so by itself.
type greet struct {
	From pid.PID
	Name string
}

func spawnAndTalk(ctx *runtime.Context, p printer) error {
	greeter, err := ctx.Spawn(greeterBody)
	if err != nil {
		return err
	}
	for _, name := range []string{"Joe", "Robert", "Mike"} {
		if err := ctx.Send(greeter, greet{ctx.PID(), name}); err != nil {
			return err
		}
	}
	for range 3 {
		msg, err := ctx.Recv()
		if err != nil {
			return err
		}
		p.say("received %q", msg.Value())
	}
	return ctx.Exit(greeter, signal.Shutdown)
}

// greeterBody receives until its exit signal comes: then Recv returns the reason
// as an error, and returning it ends the process.
func greeterBody(ctx *runtime.Context) error {
	for {
		msg, err := ctx.Recv()
		if err != nil {
			return err
		}
		if g, ok := msg.Value().(greet); ok {
			if err := ctx.Send(g.From, "hello "+g.Name); err != nil {
				return err
			}
		}
	}
}

func call(ctx *runtime.Context, p printer) error {
	upper, err := ctx.Spawn(upperBody)
	if err != nil {
		return err
	}
	reply, err := runtime.Call[string](ctx, upper, "let it crash")
	if err != nil {
		return err
	}
	p.say("reply: %s", reply)
	_, err = runtime.Call[string](ctx, upper, "")
	p.say("a call whose callee dies: %v", errors.Unwrap(err))
	return nil
}

// upperBody answers calls, and fails at an empty one.
func upperBody(ctx *runtime.Context) error {
	for {
		msg, err := ctx.Recv()
		if err != nil {
			return err
		}
		from, isCall := msg.From()
		text, isText := msg.Value().(string)
		if !isCall || !isText || text == "" {
			return errors.New("nothing to do")
		}
		if err := ctx.Reply(from, strings.ToUpper(text)); err != nil {
			return err
		}
	}
}

func timeouts(ctx *runtime.Context, p printer) error {
	_, err := ctx.RecvTimeout(10 * time.Millisecond)
	p.say("nobody sent anything: %t", errors.Is(err, runtime.ErrTimeout))
	if _, err := ctx.SendAfter(ctx.PID(), 10*time.Millisecond, "tick"); err != nil {
		return err
	}
	msg, err := ctx.Recv()
	if err != nil {
		return err
	}
	p.say("received %q", msg.Value())
	later, err := ctx.SendAfter(ctx.PID(), time.Hour, "never")
	if err != nil {
		return err
	}
	_, was := ctx.CancelTimer(later)
	p.say("cancelled the other timer in time: %t", was)
	return nil
}
