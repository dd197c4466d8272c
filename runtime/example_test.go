package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

func Example() {
	rt := runtime.MustNew(runtime.Config{})
	err := rt.Run(context.Background(), func(ctx *runtime.Context) error {
		greeter, err := ctx.Spawn(func(ctx *runtime.Context) error {
			from, err := runtime.Receive[pid.PID](ctx)
			if err != nil {
				return err
			}
			return ctx.Send(from, "hello")
		})
		if err != nil {
			return err
		}
		if err := ctx.Send(greeter, ctx.PID()); err != nil {
			return err
		}
		msg, err := ctx.Recv()
		if err != nil {
			return err
		}
		fmt.Println(msg.Value())
		return nil
	})
	fmt.Println(err, rt.Shutdown(context.Background()))
	// Output:
	// hello
	// <nil> <nil>
}

// inProcess runs an example in a process whose crash reports nobody reads.
func inProcess(body runtime.Body) {
	rt := runtime.MustNew(runtime.Config{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err := rt.Run(context.Background(), body); err != nil {
		fmt.Println("failed:", err)
	}
	if err := rt.Shutdown(context.Background()); err != nil {
		fmt.Println(err)
	}
}

func ExampleContext_Link() {
	inProcess(func(ctx *runtime.Context) error {
		ctx.SetTrapExit(true) // or the crash of the child would end this process too
		child, err := ctx.SpawnLink(func(*runtime.Context) error { return errors.New("boom") })
		if err != nil {
			return err
		}
		exit, err := runtime.Receive[signal.Exit](ctx)
		if err != nil {
			return err
		}
		fmt.Println(exit.From == child, exit.Reason)
		return nil
	})
	// Output: true error: boom
}

func ExampleContext_Monitor() {
	inProcess(func(ctx *runtime.Context) error {
		target, err := ctx.Spawn(func(ctx *runtime.Context) error {
			_, err := ctx.Recv()
			return err
		})
		if err != nil {
			return err
		}
		ref := ctx.Monitor(target)
		if err := ctx.Exit(target, signal.Kill); err != nil {
			return err
		}
		down, err := runtime.Receive[signal.Down](ctx)
		if err != nil {
			return err
		}
		fmt.Println(down.Ref == ref, down.Reason)
		return nil
	})
	// Output: true killed
}

func ExampleCall() {
	inProcess(func(ctx *runtime.Context) error {
		double, err := ctx.SpawnLink(func(ctx *runtime.Context) error {
			for {
				msg, err := ctx.Recv()
				if err != nil {
					return err
				}
				if from, ok := msg.From(); ok {
					_ = ctx.Reply(from, msg.Value().(int)*2)
				}
			}
		})
		if err != nil {
			return err
		}
		within, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		reply, err := runtime.Call[int](within, double, 21)
		fmt.Println(reply, err)
		return nil
	})
	// Output: 42 <nil>
}

func ExampleReceiveMatch() {
	inProcess(func(ctx *runtime.Context) error {
		for _, n := range []int{1, 2, 30, 4} {
			if err := ctx.Send(ctx.PID(), n); err != nil {
				return err
			}
		}
		big, err := runtime.ReceiveMatch(ctx, func(n int) bool { return n >= 10 })
		if err != nil {
			return err
		}
		next, err := runtime.Receive[int](ctx)
		fmt.Println(big, next)
		return err
	})
	// Output: 30 1
}

func ExampleContext_SendAfter() {
	inProcess(func(ctx *runtime.Context) error {
		if _, err := ctx.SendAfter(ctx.PID(), time.Millisecond, "tick"); err != nil {
			return err
		}
		later, err := ctx.SendAfter(ctx.PID(), time.Hour, "never")
		if err != nil {
			return err
		}
		msg, err := ctx.Recv()
		_, running := ctx.CancelTimer(later)
		fmt.Println(msg.Value(), running)
		return err
	})
	// Output: tick true
}

func ExampleContext_Register() {
	inProcess(func(ctx *runtime.Context) error {
		if err := ctx.Register("till"); err != nil {
			return err
		}
		err := ctx.SendNamed("till", "a coin")
		msg, _ := ctx.TryRecv()
		fmt.Println(msg.Value(), err)
		fmt.Println(errors.Is(ctx.SendNamed("nobody", "a coin"), runtime.ErrNameNotFound))
		return nil
	})
	// Output:
	// a coin <nil>
	// true
}

func ExampleContext_Hibernate() {
	inProcess(func(ctx *runtime.Context) error {
		var greet runtime.Body
		greet = func(ctx *runtime.Context) error {
			msg, err := ctx.TryRecv()
			if errors.Is(err, runtime.ErrEmpty) {
				return ctx.Hibernate(greet) // no goroutine until a message comes
			}
			if err != nil {
				return err
			}
			return ctx.Send(msg.Value().(pid.PID), "good morning")
		}
		sleeper, err := ctx.Spawn(greet)
		if err != nil {
			return err
		}
		if err := ctx.Send(sleeper, ctx.PID()); err != nil {
			return err
		}
		msg, err := ctx.Recv()
		fmt.Println(msg.Value())
		return err
	})
	// Output: good morning
}

func ExampleProcessScope() {
	inProcess(func(ctx *runtime.Context) error {
		// A library that knows nothing of processes passes this context on.
		parent := context.Background()
		scope := runtime.NewProcessScope(ctx)
		return scope.Run(parent, func(inner context.Context) error {
			self, err := runtime.CurrentPID(inner)
			fmt.Println(self == ctx.PID(), err)
			_, err = runtime.CurrentPID(parent)
			fmt.Println(err)
			return nil
		})
	})
	// Output:
	// true <nil>
	// not in a process: the context carries neither a process nor a runtime; derive it from a process's Context, or make one by runtime.NewContext, Runtime.Run or ProcessScope
}

func ExampleRuntime_Shutdown() {
	rt := runtime.MustNew(runtime.Config{})
	p, _ := rt.Spawn(func(ctx *runtime.Context) error {
		_, err := ctx.Recv()
		return err
	})
	handle, _ := rt.Process(p)
	fmt.Println(rt.Shutdown(context.Background()))
	reason, dead := handle.ExitReason()
	fmt.Println(reason, dead)
	_, err := rt.Spawn(func(*runtime.Context) error { return nil })
	fmt.Println(err)
	// Output:
	// <nil>
	// shutdown true
	// spawn: runtime is stopped
}

// What a library is given is a context.Context: with it the package's functions act for
// the process that it carries.
func ExampleSend() {
	greet := func(ctx context.Context) error {
		self := runtime.MustCurrentPID(ctx)
		if err := runtime.Send(ctx, self, "hello"); err != nil {
			return err
		}
		if err := runtime.SendRaw(ctx, self, []byte("bytes")); err != nil {
			return err
		}
		first, _ := runtime.Recv(ctx)
		second, _ := runtime.RecvTimeout(ctx, time.Second)
		_, err := runtime.TryRecv(ctx)
		b, _ := second.Bytes()
		fmt.Println(first.Value(), string(b), err)
		return nil
	}
	inProcess(func(ctx *runtime.Context) error {
		return runtime.NewProcessScope(ctx).Run(context.Background(), greet)
	})
	// Output: hello bytes mailbox: nothing to receive
}
