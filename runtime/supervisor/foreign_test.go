package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// account is a server that knows one request and panics at any other.
type account struct{ balance int }

func (a *account) HandleCall(_ *genserver.Context, _ genserver.From, req any) (any, error) {
	a.balance += req.(int)
	return a.balance, nil
}

// Whatever a function of this package is asked of a process that is no supervisor, that
// one goes on.
func TestServerThatIsNoSupervisor_AnswersWithAnErrorAndLives(t *testing.T) {
	within(t, func(w *world) {
		p, err := genserver.Start(w.ctx, &account{}, genserver.Options{})
		require.NoError(t, err)
		for name, ask := range map[string]func() error{
			"Tree":           func() error { _, err := supervisor.Tree(w.ctx, p); return err },
			"WhichChildren":  func() error { _, err := supervisor.WhichChildren(w.ctx, p); return err },
			"CountChildren":  func() error { _, err := supervisor.CountChildren(w.ctx, p); return err },
			"StartChild":     func() error { _, err := supervisor.StartChild(w.ctx, p, w.worker("a")); return err },
			"StartInstance":  func() error { _, err := supervisor.StartInstance(w.ctx, p, 1); return err },
			"TerminateChild": func() error { return supervisor.TerminateChild(w.ctx, p, "a") },
			"RestartChild":   func() error { _, err := supervisor.RestartChild(w.ctx, p, "a"); return err },
			"DeleteChild":    func() error { return supervisor.DeleteChild(w.ctx, p, "a") },
		} {
			require.ErrorIs(t, ask(), genserver.ErrUnhandled, name)
			n, err := genserver.CallAs[int](w.ctx, p, 0)
			require.NoError(t, err, name)
			require.Zero(t, n)
		}
		require.NoError(t, w.ctx.Exit(p, signal.Kill))
	})
}

// A tool can look at a supervisor that somebody has suspended; it starts and stops nothing
// until it is resumed.
func TestSuspended_ShowsItsChildrenAndWaitsWithAllElse(t *testing.T) {
	within(t, func(w *world) {
		sup := w.start(supervisor.Spec{Children: workers(w, supervisor.Permanent, "a")})
		require.NoError(t, genserver.Suspend(w.ctx, sup))
		require.Equal(t, []string{"a"}, w.running(sup))
		done := make(chan error, 1)
		_, err := w.ctx.Spawn(func(ctx *runtime.Context) error {
			done <- supervisor.TerminateChild(ctx, sup, "a")
			return nil
		})
		require.NoError(t, err)
		synctest.Wait()
		require.Empty(t, done)
		require.Equal(t, []string{"a"}, w.running(sup))
		require.NoError(t, genserver.Resume(w.ctx, sup))
		require.NoError(t, <-done)
		require.Empty(t, w.running(sup))
		w.stop(sup)
	})
}

// One process for each connection is what a Dynamic supervisor is for in Go.
func TestStartInstance_HandsItsArgumentOver(t *testing.T) {
	within(t, func(w *world) {
		serve := func(ctx context.Context, conn net.Conn) (pid.PID, error) {
			return supervisor.Body(func(ctx *runtime.Context) error {
				defer conn.Close()
				_, err := fmt.Fprint(conn, "hello")
				return err
			})(ctx)
		}
		sup := w.start(supervisor.Spec{Strategy: supervisor.Dynamic,
			Template: supervisor.NewTemplate(supervisor.ChildSpec{ID: "conn", Restart: supervisor.Temporary}, serve)})
		client, server := net.Pipe()
		_, err := supervisor.StartInstance(w.ctx, sup, server)
		require.NoError(t, err)
		b := make([]byte, 5)
		_, err = client.Read(b)
		require.NoError(t, err)
		require.Equal(t, "hello", string(b))
		w.stop(sup)
	})
}

// chooser is a server that chose not to start, front one that needs it.
type (
	chooser struct{}
	front   struct{ wrap func(error) error }
)

func (chooser) Init(*genserver.Context) error { return genserver.ErrIgnore }

func (f front) Init(ctx *genserver.Context) error {
	_, err := genserver.StartLink(ctx, chooser{}, genserver.Options{})
	return f.wrap(err)
}

// OTP, supervisor:start_link/2: "If Child:Func returns ignore …" is about what the start
// function itself returns. That some other process chose not to start is a failure.
func TestStart_OnlyItsOwnIgnoreCounts(t *testing.T) {
	ways := map[string]func(error) error{
		"as it is": func(err error) error { return err },
		"wrapped":  func(err error) error { return fmt.Errorf("needs its helper: %w", err) },
		"joined":   func(err error) error { return errors.Join(errBoom, err) },
	}
	server := func(impl any) supervisor.StartFunc {
		return func(ctx context.Context) (pid.PID, error) { return genserver.StartLink(ctx, impl, genserver.Options{}) }
	}
	for name, wrap := range ways {
		t.Run(name, func(t *testing.T) {
			within(t, func(w *world) {
				starts := []supervisor.StartFunc{server(front{wrap})}
				if name != "as it is" {
					starts = append(starts, func(context.Context) (pid.PID, error) { return pid.PID{}, wrap(supervisor.ErrIgnore) })
				}
				for _, start := range starts {
					_, err := supervisor.StartLink(w.ctx, supervisor.Spec{Children: []supervisor.ChildSpec{{ID: "a", Start: start}}})
					var failed *supervisor.StartError
					require.ErrorAs(t, err, &failed)
				}
			})
		})
	}
	within(t, func(w *world) {
		for _, start := range []supervisor.StartFunc{ignore, server(chooser{})} {
			sup := w.start(supervisor.Spec{Children: []supervisor.ChildSpec{{ID: "a", Start: start}}})
			require.Equal(t, supervisor.Stopped, w.child(sup, "a").State)
			w.stop(sup)
		}
	})
}

// OTP, supervisor:start_child/2: {error, {already_started, restarting}}.
func TestStartChild_IDOfAChildThatIsBeingRestarted(t *testing.T) {
	within(t, func(w *world) {
		sup := w.start(supervisor.Spec{Backoff: slow, Children: workers(w, supervisor.Permanent, "a")})
		w.crash(sup, "a", boom)
		_, err := supervisor.StartChild(w.ctx, sup, w.worker("a"))
		require.ErrorIs(t, err, supervisor.ErrRestarting)
		w.stop(sup)
	})
}
