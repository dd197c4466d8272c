package observer_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// secret is part of a server's state, and must never be seen.
const secret = "swordfish-11"

// hostileLabel is what somebody would write who wants to run script in the browser.
const hostileLabel = `<script>alert("label")</script>`

// vault is a server with a secret in its state.
type vault struct{ password string }

func (v *vault) HandleCall(*genserver.Context, genserver.From, any) (any, error) {
	return v.password, nil
}

// newRuntime returns a runtime for a test, with a runtime's usual inhabitants.
func newRuntime(t *testing.T) *runtime.Runtime {
	t.Helper()
	rt := runtime.MustNew(runtime.Config{Logger: slog.New(slog.DiscardHandler), ProfileLabels: true})
	t.Cleanup(func() { require.NoError(t, rt.Shutdown(context.Background())) })
	return rt
}

// spawn spawns a process for a test.
func spawn(t *testing.T, rt *runtime.Runtime, opts runtime.SpawnOptions, body runtime.Body) pid.PID {
	t.Helper()
	p, err := rt.SpawnOpt(opts, body)
	require.NoError(t, err)
	return p
}

// idle ends at an exit signal only.
func idle(ctx *runtime.Context) error {
	_, err := ctx.RecvMatch(func(runtime.Message) bool { return false })
	return err
}

// starter runs f as a process that stays.
func starter(t *testing.T, rt *runtime.Runtime, f func(ctx *runtime.Context) error) {
	t.Helper()
	done := make(chan error, 1)
	spawn(t, rt, runtime.SpawnOptions{Label: "starter"}, func(ctx *runtime.Context) error {
		done <- f(ctx)
		return idle(ctx)
	})
	require.NoError(t, <-done)
}

// inhabit fills a runtime with something to look at: a server with a secret, one whose
// label is script, two that wait for each other, a tree with many children.
func inhabit(t *testing.T, rt *runtime.Runtime, children int) {
	t.Helper()
	spawn(t, rt, runtime.SpawnOptions{Name: "hostile", Label: hostileLabel}, idle)
	spawn(t, rt, runtime.SpawnOptions{Name: "left"}, caller("right"))
	spawn(t, rt, runtime.SpawnOptions{Name: "right"}, caller("left"))
	starter(t, rt, func(ctx *runtime.Context) error {
		_, err := genserver.StartLink(ctx, &vault{secret}, genserver.Options{Name: "vault", Label: "keeps a secret"})
		return err
	})
	crowd := supervisor.Spec{Name: "crowd", Intensity: 10}
	for i := range children {
		crowd.Children = append(crowd.Children, supervisor.ChildSpec{
			ID: fmt.Sprintf("worker-%05d", i), Start: supervisor.Body(idle),
		})
	}
	root := supervisor.Spec{Name: "root", Children: []supervisor.ChildSpec{
		supervisor.Child("crowd", crowd),
		{ID: "clerk", Start: supervisor.Body(idle)},
	}}
	starter(t, rt, func(ctx *runtime.Context) error {
		_, err := supervisor.StartLink(ctx, root)
		return err
	})
}

// caller calls a process, once that is there, and waits for ever.
func caller(name string) runtime.Body {
	return func(ctx *runtime.Context) error {
		for {
			if _, there := ctx.Whereis(name); there {
				break
			}
			if _, err := ctx.RecvTimeout(1); err != runtime.ErrTimeout {
				return err
			}
		}
		_, err := runtime.CallNamed[int](runtime.WithCallTimeout(ctx, runtime.NoTimeout), pid.Name{Name: name}, "please")
		if err != nil {
			return signal.Shutdown
		}
		return nil
	}
}

func pidName(name string) pid.Name { return pid.Name{Name: name} }
