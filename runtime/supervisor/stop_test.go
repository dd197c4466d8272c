package supervisor_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

func ignore(context.Context) (pid.PID, error) { return pid.PID{}, supervisor.ErrIgnore }

// stubborn is a body that traps exits and heeds none, or for every one takes some time.
func stubborn(takes time.Duration) runtime.Body {
	return func(ctx *runtime.Context) error {
		ctx.SetTrapExit(true)
		for {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			if _, asked := m.Value().(signal.Exit); asked && takes > 0 {
				_, err := ctx.RecvMatchTimeout(func(runtime.Message) bool { return false }, takes)
				if err == runtime.ErrTimeout {
					return signal.Shutdown
				}
				return err
			}
		}
	}
}

func stubbornChild(id string, takes, given time.Duration) supervisor.ChildSpec {
	return supervisor.ChildSpec{
		ID: id, Shutdown: given,
		Start: supervisor.BodyOpt(runtime.SpawnOptions{TrapExit: true}, stubborn(takes)),
	}
}

// OTP, supervisor, "Child specification", shutdown: "brutal_kill means that the child
// process is unconditionally terminated using exit(Child,kill). An integer time-out value
// means that the supervisor tells the child process to terminate by calling
// exit(Child,shutdown) and then wait for an exit signal with reason shutdown back from
// the child process. If no exit signal is received within the specified number of
// milliseconds, the child process is unconditionally terminated using exit(Child,kill)."
func TestChildSpecification_Shutdown(t *testing.T) {
	const never = 0
	rules := map[string]struct {
		takes, given time.Duration
		want         signal.ExitReason
		after        time.Duration
	}{
		"in time":                  {time.Second, 2 * time.Second, signal.Shutdown, time.Second},
		"too late":                 {3 * time.Second, 2 * time.Second, signal.Killed, 2 * time.Second},
		"never":                    {never, 2 * time.Second, signal.Killed, 2 * time.Second},
		"never, default":           {never, 0, signal.Killed, supervisor.DefaultShutdown},
		"brutal_kill":              {never, supervisor.BrutalKill, signal.Killed, 0},
		"infinity waits very long": {24 * time.Hour, supervisor.Infinity, signal.Shutdown, 24 * time.Hour},
	}
	for name, rule := range rules {
		t.Run(name, func(t *testing.T) {
			within(t, func(w *world) {
				sup := w.start(supervisor.Spec{Children: []supervisor.ChildSpec{stubbornChild("a", rule.takes, rule.given)}})
				ref := w.ctx.Monitor(w.child(sup, "a").PID)
				began := time.Now()
				require.NoError(t, supervisor.TerminateChild(w.ctx, sup, "a"))
				require.Equal(t, rule.after, time.Since(began))
				down, err := runtime.ReceiveMatch(w.ctx, func(d signal.Down) bool { return d.Ref == ref })
				require.NoError(t, err)
				require.Equal(t, rule.want, down.Reason)
				w.stop(sup)
			})
		})
	}
}

// OTP, supervisor, "Child specification", shutdown: "It defaults to 5000 if the child is
// of type worker and it defaults to infinity if the child is of type supervisor."
func TestChildSpecification_ShutdownOfASupervisorIsInfinity(t *testing.T) {
	within(t, func(w *world) {
		inner := supervisor.Spec{Children: []supervisor.ChildSpec{
			stubbornChild("a", 0, time.Minute), stubbornChild("b", 0, time.Minute),
		}}
		sup := w.start(supervisor.Spec{Children: []supervisor.ChildSpec{supervisor.Child("inner", inner)}})
		began := time.Now()
		require.Equal(t, signal.Shutdown, w.stop(sup))
		require.Equal(t, 2*time.Minute, time.Since(began))
	})
}

func TestStop_ChildThatDiesWhileItIsStopped(t *testing.T) {
	within(t, func(w *world) {
		spec := w.worker("a")
		spec.Start = supervisor.ReadyBody(runtime.SpawnOptions{TrapExit: true}, func(ctx *runtime.Context, starter runtime.From) error {
			w.note("start a")
			_ = ctx.Reply(starter, nil)
			_, err := runtime.Receive[signal.Exit](ctx)
			if err == nil {
				err = errBoom // of all moments it crashes in this one
			}
			return err
		})
		sup := w.start(supervisor.Spec{Intensity: supervisor.NoRestarts, Children: []supervisor.ChildSpec{spec}})
		require.NoError(t, supervisor.TerminateChild(w.ctx, sup, "a"))
		require.Equal(t, []string{"start a"}, w.noted(), "its end is the one that was asked for")
		require.Contains(t, w.logs.String(), `msg="child did not stop as it was asked to"`)
		_, err := supervisor.RestartChild(w.ctx, sup, "a")
		require.NoError(t, err)
		w.stop(sup)
	})
}

func TestStop_ChildThatHasUnlinkedItself(t *testing.T) {
	within(t, func(w *world) {
		unlinked := make(chan struct{})
		sup := w.start(supervisor.Spec{Children: []supervisor.ChildSpec{{
			ID: "a",
			Start: supervisor.Body(func(ctx *runtime.Context) error {
				for _, p := range links(ctx) {
					_ = ctx.Unlink(p)
				}
				close(unlinked)
				_, err := ctx.Recv()
				return err
			}),
		}}})
		<-unlinked
		require.Equal(t, signal.Shutdown, w.stop(sup))
	})
}

func links(ctx *runtime.Context) []pid.PID {
	self, _ := ctx.Runtime().Info(ctx.PID())
	return self.Links
}

// OTP, gen_server: the exit signal of the parent, and only that, ends the server.
func TestStop_OnlyTheParentAndTheProgramStopASupervisor(t *testing.T) {
	within(t, func(w *world) {
		sup := w.start(supervisor.Spec{Children: workers(w, supervisor.Permanent, "a")})
		stranger, err := w.ctx.Spawn(func(ctx *runtime.Context) error { return ctx.Exit(sup, signal.Shutdown) })
		require.NoError(t, err)
		_ = stranger
		w.noted()
		require.Equal(t, []string{"a"}, w.running(sup))
		require.NoError(t, w.rt.Exit(sup, signal.ShutdownReason("the program says so")))
		require.Equal(t, signal.ShutdownReason("the program says so"), w.ended(sup))
		require.Equal(t, []string{"stop a: shutdown"}, w.noted())
	})
}
