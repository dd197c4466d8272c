package genserver_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/runtime"
	names "github.com/starlang-go/starlang/runtime/directory"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// asker is a name service that asks a server, which is gone.
type asker struct{ gone pid.PID }

func (asker) Register(context.Context, string, pid.PID) error { return nil }
func (a asker) Unregister(ctx context.Context, name string, _ pid.PID) error {
	_, err := a.Whereis(ctx, name)
	return err
}
func (a asker) Whereis(ctx context.Context, name string) (pid.PID, error) {
	return genserver.CallAs[pid.PID](ctx, a.gone, name)
}
func (a asker) Send(ctx context.Context, name string, v any) error {
	p, err := a.Whereis(ctx, name)
	if err != nil {
		return fmt.Errorf("asker: %w", err)
	}
	return runtime.Send(ctx, p, v)
}

// forgetful is a name service that names nobody and has no error for that.
type forgetful struct{ asker }

func (forgetful) Whereis(context.Context, string) (pid.PID, error) { return pid.PID{}, nil }

// verbs are all that can be done to a server, or any process, by its name.
var verbs = map[string]func(ctx *runtime.Context, to runtime.Named) error{
	"genserver.CallAs": func(ctx *runtime.Context, to runtime.Named) error {
		_, err := genserver.CallAs[any](ctx, to, 1)
		return err
	},
	"genserver.Call": func(ctx *runtime.Context, to runtime.Named) error {
		_, err := genserver.Call(ctx, to, asking{})
		return err
	},
	"genserver.Cast":     func(ctx *runtime.Context, to runtime.Named) error { return genserver.Cast(ctx, to, 1) },
	"genserver.TryCast":  func(ctx *runtime.Context, to runtime.Named) error { return genserver.TryCast(ctx, to, 1) },
	"genserver.GetState": func(ctx *runtime.Context, to runtime.Named) error { _, err := genserver.GetState(ctx, to); return err },
	"genserver.ReplaceState": func(ctx *runtime.Context, to runtime.Named) error {
		return genserver.ReplaceState(ctx, to, func(v any) any { return v })
	},
	"genserver.Suspend": func(ctx *runtime.Context, to runtime.Named) error { return genserver.Suspend(ctx, to) },
	"genserver.Resume":  func(ctx *runtime.Context, to runtime.Named) error { return genserver.Resume(ctx, to) },
	"genserver.GetStatistics": func(ctx *runtime.Context, to runtime.Named) error {
		_, err := genserver.GetStatistics(ctx, to)
		return err
	},
	"genserver.Trace":    func(ctx *runtime.Context, to runtime.Named) error { return genserver.Trace(ctx, to, 1) },
	"genserver.GetTrace": func(ctx *runtime.Context, to runtime.Named) error { _, err := genserver.GetTrace(ctx, to); return err },
	"genserver.Control": func(ctx *runtime.Context, to runtime.Named) error {
		_, err := genserver.Control[any](ctx, to, 1)
		return err
	},
	"genserver.Inspect": func(ctx *runtime.Context, to runtime.Named) error {
		_, err := genserver.Inspect[any](ctx, to, 1)
		return err
	},
	"genserver.Stop": func(ctx *runtime.Context, to runtime.Named) error {
		return genserver.Stop(ctx, to, signal.Normal)
	},
	"runtime.CallNamed": func(ctx *runtime.Context, to runtime.Named) error {
		_, err := runtime.CallNamed[any](ctx, to, 1)
		return err
	},
	"runtime.CallNamed of a NewContext": func(ctx *runtime.Context, to runtime.Named) error {
		_, err := runtime.CallNamed[any](runtime.NewContext(context.Background(), ctx.Runtime()), to, 1)
		return err
	},
	"runtime.CallNamedTimeout": func(ctx *runtime.Context, to runtime.Named) error {
		_, err := runtime.CallNamedTimeout[any](ctx, to, 1, time.Minute)
		return err
	},
	"runtime.SendNamed":            func(ctx *runtime.Context, to runtime.Named) error { return runtime.SendNamed(ctx, to, 1) },
	"runtime.TrySendNamed":         func(ctx *runtime.Context, to runtime.Named) error { return runtime.TrySendNamed(ctx, to, 1) },
	"Context.SendNamed":            func(ctx *runtime.Context, to runtime.Named) error { return ctx.SendNamed(to, 1) },
	"Context.TrySendNamed":         func(ctx *runtime.Context, to runtime.Named) error { return ctx.TrySendNamed(to, 1) },
	"Runtime.SendNamed":            func(ctx *runtime.Context, to runtime.Named) error { return ctx.Runtime().SendNamed(ctx, to, 1) },
	"Runtime.TrySendNamed":         func(ctx *runtime.Context, to runtime.Named) error { return ctx.Runtime().TrySendNamed(to, 1) },
	"runtime.Whereis":              func(ctx *runtime.Context, to runtime.Named) error { _, err := runtime.Whereis(ctx, to); return err },
	"Context.Unregister":           func(ctx *runtime.Context, to runtime.Named) error { return ctx.Unregister(to) },
	"Runtime.Unregister":           func(ctx *runtime.Context, to runtime.Named) error { return ctx.Runtime().Unregister(to) },
	"Down of Context.MonitorNamed": func(ctx *runtime.Context, to runtime.Named) error { return downOf(ctx, to) },
}

// downOf returns what the Down of a monitor says, which has no error of its own.
func downOf(ctx *runtime.Context, to runtime.Named) error {
	ref := ctx.MonitorNamed(to)
	d, err := runtime.ReceiveMatch(ctx, func(d signal.Down) bool { return d.Ref == ref })
	switch {
	case err != nil:
		return err
	case d.Reason != signal.NoProc:
		return fmt.Errorf("unexpected %v", d)
	}
	return runtime.ErrNameNotFound
}

type asking struct{ genserver.Returns[int] }

// That nobody has a name is one error, whatever is done to it, and whatever kind of name it
// is: both [runtime.ErrNoProc], which is what is known of a process that has ended, and
// [runtime.ErrNameNotFound].
func TestNobody_IsOneErrorForEachVerbAndKindOfName(t *testing.T) {
	rt := runtime.MustNew(runtime.Config{Name: "here@test", Logger: slog.New(slog.DiscardHandler)})
	defer rt.Shutdown(context.Background())
	require.NoError(t, rt.Run(context.Background(), func(ctx *runtime.Context) error {
		gone, _, err := ctx.SpawnMonitor(func(*runtime.Context) error { return nil })
		require.NoError(t, err)
		_, err = ctx.Recv()
		require.NoError(t, err)
		running := names.New(names.Unique)
		_, err = running.Start(ctx)
		require.NoError(t, err)
		kinds := map[string]runtime.Named{
			"string":                       "nobody",
			"empty string":                 "",
			"pid.Name":                     pid.Name{Name: "nobody"},
			"pid.Name with the node":       pid.Name{Name: "nobody", Node: "here@test"},
			"Via of a directory":           runtime.Via{Service: running, Name: "nobody"},
			"Via of one that does not run": runtime.Via{Service: names.New(names.Unique), Name: "nobody"},
			"Via of a nil directory":       runtime.Via{Service: (*names.Directory)(nil), Name: "nobody"},
			"Via without a service":        runtime.Via{Name: "nobody"},
			"Via of a server that is gone": runtime.Via{Service: asker{gone}, Name: "nobody"},
			"Via of one who names nobody":  runtime.Via{Service: forgetful{}, Name: "nobody"},
		}
		for verb, do := range verbs {
			for kind, name := range kinds {
				err := do(ctx, name)
				require.ErrorIs(t, err, runtime.ErrNoProc, "%s, %s", verb, kind)
				require.ErrorIs(t, err, runtime.ErrNameNotFound, "%s, %s", verb, kind)
				require.ErrorIs(t, err, registry.ErrNameNotFound, "%s, %s", verb, kind)
			}
		}
		return nil
	}))
}
