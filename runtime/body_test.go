package runtime_test

import (
	"errors"
	"fmt"
	goruntime "runtime"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// badError is an error whose text cannot be had.
type badError struct{}

func (badError) Error() string { panic("no text") }

func TestBody_EndsWithTheReasonThatItReturns(t *testing.T) {
	boom := errors.New("boom")
	for _, row := range []struct {
		name string
		body runtime.Body
		want signal.ExitReason
	}{
		{"nil", func(*runtime.Context) error { return nil }, signal.Normal},
		{"an exit reason", func(*runtime.Context) error { return signal.ShutdownReason("done") }, signal.ShutdownReason("done")},
		{"kill", func(*runtime.Context) error { return signal.Kill }, signal.Kill},
		{"an error", func(*runtime.Context) error { return boom }, signal.Error("boom")},
		{"a wrapped reason", func(*runtime.Context) error { return fmt.Errorf("bank: %w", signal.Killed) }, signal.Error("bank: killed")},
		{"a panic", func(*runtime.Context) error { panic("oops") }, signal.Error("panic: oops")},
		{"a panic with an error", func(*runtime.Context) error { panic(boom) }, signal.Error("panic: boom")},
		{"a panic with a reason", func(*runtime.Context) error { panic(signal.Normal) }, signal.Error("panic: normal")},
		{"Goexit", func(*runtime.Context) error { goruntime.Goexit(); return nil }, signal.Error("goexit: the body called runtime.Goexit")},
	} {
		t.Run(row.name, func(t *testing.T) {
			rt := start(t)
			require.Equal(t, row.want, await(t, spawn(t, rt, row.body)))
		})
	}
}

func TestBody_WhoseErrorPanicsStillEnds(t *testing.T) {
	rt := start(t)
	for _, body := range []runtime.Body{
		func(*runtime.Context) error { return badError{} },
		func(*runtime.Context) error { panic(badError{}) },
		func(*runtime.Context) error { var e *signal.ExitReason; return e },
		func(*runtime.Context) error { panic(nil) },
	} {
		require.True(t, await(t, spawn(t, rt, body)).IsError())
	}
}

// Whatever way the body ends, the Down comes, the name is free and nothing is
// left that would be counted.
func TestPanicAndGoexit_DownComesNameIsFreeAndCountersAreBack(t *testing.T) {
	rt := start(t)
	for _, row := range []struct {
		body runtime.Body
		want signal.ExitReason
	}{
		{func(*runtime.Context) error { panic("oops") }, signal.Error("panic: oops")},
		{func(*runtime.Context) error { goruntime.Goexit(); return nil }, signal.Error("goexit: the body called runtime.Goexit")},
	} {
		repeat(t, rt, hundredThousand/10, func(ctx *runtime.Context) {
			name := ctx.PID().String()
			_, ref, err := ctx.SpawnOpt(runtime.SpawnOptions{Name: name, Link: true, Monitor: true}, row.body)
			must(t, err)
			if down(t, ctx, ref) != row.want {
				require.FailNow(t, "wrong reason")
			}
			must(t, ctx.Register(name))
			must(t, ctx.Unregister(name))
			_, err = runtime.Receive[signal.Exit](ctx)
			must(t, err)
		})
		requireEmpty(t, rt)
	}
}

func TestPanic_RunsDeferredFunctionsFirst(t *testing.T) {
	rt := start(t)
	var ran []pid.PID
	h := spawn(t, rt, func(ctx *runtime.Context) error {
		defer func() {
			p, alive := ctx.Whereis("name")
			require.True(t, alive)
			ran = append(ran, p)
		}()
		require.NoError(t, ctx.Register("name"))
		panic("oops")
	})
	require.Equal(t, signal.Error("panic: oops"), await(t, h))
	require.Equal(t, []pid.PID{h.PID()}, ran)
}

func TestBody_ThatRecoversItsPanicGoesOn(t *testing.T) {
	rt := start(t)
	require.Equal(t, signal.Shutdown, await(t, spawn(t, rt, func(*runtime.Context) (err error) {
		defer func() {
			_ = recover()
			err = signal.Shutdown
		}()
		panic("oops")
	})))
}

// A reason that came by a signal stays, whatever the body makes of it.
func TestExitSignal_ReasonIsNotChangedByTheBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		for _, body := range []runtime.Body{
			func(ctx *runtime.Context) error { _ = idle(ctx); return nil },
			func(ctx *runtime.Context) error { _ = idle(ctx); return errors.New("other") },
			func(ctx *runtime.Context) error { _ = idle(ctx); panic("other") },
			func(ctx *runtime.Context) error { _ = idle(ctx); goruntime.Goexit(); return nil },
		} {
			h := spawn(t, rt, body)
			synctest.Wait()
			h.Exit(signal.ShutdownReason("time"))
			require.Equal(t, signal.ShutdownReason("time"), await(t, h))
		}
	})
}

// Package fmt would follow the map until the stack is exhausted, which ends the program.
func TestPanic_WithAValueThatContainsItselfEndsOneProcess(t *testing.T) {
	rt := start(t)
	reason := await(t, spawn(t, rt, func(*runtime.Context) error {
		m := map[string]any{}
		m["self"] = m
		panic(m)
	}))
	require.Contains(t, reason.String(), "panic: map[self:map[")
	require.True(t, rt.IsAlive(spawn(t, rt, func(ctx *runtime.Context) error { _, err := ctx.Recv(); return err }).PID()))
}
