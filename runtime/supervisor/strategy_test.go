package supervisor_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// OTP, supervisor, "Supervision Principles": "When the supervisor is started, the child
// processes are started in order from left to right according to this list. When the
// supervisor is going to terminate, it first terminates its child processes in reversed
// start order, from right to left."
func TestSupervisionPrinciples_StartInOrderStopInReverse(t *testing.T) {
	for _, strategy := range []supervisor.Strategy{supervisor.OneForOne, supervisor.OneForAll, supervisor.RestForOne} {
		t.Run(strategy.String(), func(t *testing.T) {
			within(t, func(w *world) {
				sup := w.start(supervisor.Spec{Strategy: strategy, Children: workers(w, supervisor.Permanent, "a", "b", "c")})
				require.Equal(t, []string{"start a", "start b", "start c"}, w.noted())
				require.Equal(t, signal.Shutdown, w.stop(sup))
				require.Equal(t, []string{"stop c: shutdown", "stop b: shutdown", "stop a: shutdown"}, w.noted())
			})
		})
	}
}

// OTP, supervisor, "Restart Strategies".
func TestRestartStrategies(t *testing.T) {
	rules := map[string]struct {
		strategy supervisor.Strategy
		dies     string
		want     []string
	}{
		// "one_for_one - If one child process terminates and is to be restarted, only
		// that child process is affected."
		"one_for_one": {supervisor.OneForOne, "b", []string{"start b"}},
		// "one_for_all - If one child process terminates and is to be restarted, all
		// other child processes are terminated and then all child processes are
		// restarted."
		"one_for_all": {supervisor.OneForAll, "b",
			[]string{"stop c: shutdown", "stop a: shutdown", "start a", "start b", "start c"}},
		// "rest_for_one - If one child process terminates and is to be restarted, the
		// 'rest' of the child processes (that is, the child processes after the
		// terminated child process in the start order) are terminated. Then the
		// terminated child process and all child processes after it are restarted."
		"rest_for_one": {supervisor.RestForOne, "b", []string{"stop c: shutdown", "start b", "start c"}},
		"rest_for_one, the first": {supervisor.RestForOne, "a",
			[]string{"stop c: shutdown", "stop b: shutdown", "start a", "start b", "start c"}},
		"rest_for_one, the last": {supervisor.RestForOne, "c", []string{"start c"}},
	}
	for name, rule := range rules {
		t.Run(name, func(t *testing.T) {
			within(t, func(w *world) {
				sup := w.start(supervisor.Spec{Strategy: rule.strategy, Children: workers(w, supervisor.Permanent, "a", "b", "c")})
				w.noted()
				w.crash(sup, rule.dies, boom)
				require.Equal(t, rule.want, w.noted())
				require.Equal(t, []string{"a", "b", "c"}, w.running(sup))
				w.stop(sup)
			})
		})
	}
}

// OTP, supervisor, "Child specification", restart: "A permanent child process is always
// restarted. A temporary child process is never restarted […]. A transient child process
// is restarted only if it terminates abnormally, that is, with another exit reason than
// normal, shutdown, or {shutdown,Term}."
func TestChildSpecification_Restart(t *testing.T) {
	reasons := []signal.ExitReason{signal.Normal, signal.Shutdown, signal.ShutdownReason("enough"), boom, signal.Killed, signal.NoProc}
	for _, restart := range []supervisor.Restart{supervisor.Permanent, supervisor.Transient, supervisor.Temporary} {
		for _, reason := range reasons {
			t.Run(restart.String()+" "+reason.String(), func(t *testing.T) {
				within(t, func(w *world) {
					sup := w.start(supervisor.Spec{Children: workers(w, restart, "a")})
					w.crash(sup, "a", reason)
					want := restart == supervisor.Permanent || restart == supervisor.Transient && reason.IsFailure()
					require.Equal(t, want, len(w.running(sup)) == 1)
					n, err := supervisor.CountChildren(w.ctx, sup)
					require.NoError(t, err)
					require.Equal(t, restart != supervisor.Temporary, n.Specs == 1, "only the spec of a temporary child goes")
					w.stop(sup)
				})
			})
		}
	}
}

// OTP, supervisor, "Child specification", restart: "A temporary child process is never
// restarted (even when the supervisor's restart strategy is rest_for_one or one_for_all
// and a sibling's death causes the temporary process to be terminated)."
func TestChildSpecification_TemporarySiblingIsNotRestarted(t *testing.T) {
	for _, strategy := range []supervisor.Strategy{supervisor.OneForAll, supervisor.RestForOne} {
		t.Run(strategy.String(), func(t *testing.T) {
			within(t, func(w *world) {
				children := append(workers(w, supervisor.Permanent, "a"), workers(w, supervisor.Temporary, "b")...)
				children = append(children, workers(w, supervisor.Transient, "c")...)
				sup := w.start(supervisor.Spec{Strategy: strategy, Children: children})
				w.noted()
				w.crash(sup, "a", boom)
				require.Equal(t, []string{"stop c: shutdown", "stop b: shutdown", "start a", "start c"}, w.noted())
				require.ErrorIs(t, supervisor.DeleteChild(w.ctx, sup, "b"), supervisor.ErrNotFound)
				w.stop(sup)
			})
		})
	}
}

// OTP, supervisor:restart_multiple_children/3: those that were stopped before are
// started with the others.
func TestRestartStrategies_OneForAllStartsWhoWasStopped(t *testing.T) {
	within(t, func(w *world) {
		sup := w.start(supervisor.Spec{Strategy: supervisor.OneForAll, Children: workers(w, supervisor.Transient, "a", "b", "c")})
		require.NoError(t, supervisor.TerminateChild(w.ctx, sup, "a"))
		w.crash(sup, "c", signal.Normal)
		require.Equal(t, []string{"b"}, w.running(sup))
		w.crash(sup, "b", boom)
		require.Equal(t, []string{"a", "b", "c"}, w.running(sup))
		w.stop(sup)
	})
}

// A sibling that dies while the strategy stops it has its end taken for that, and not
// for another one. Source: OTP, supervisor:unlink_flush/2.
func TestRestartStrategies_TwoDieAtOnce(t *testing.T) {
	within(t, func(w *world) {
		sup := w.start(supervisor.Spec{Strategy: supervisor.OneForAll, Children: workers(w, supervisor.Permanent, "a", "b")})
		w.noted()
		a, b := w.child(sup, "a").PID, w.child(sup, "b").PID
		require.NoError(t, genserver.Suspend(w.ctx, sup)) // so that it learns of neither before both are dead
		require.NoError(t, w.ctx.Exit(a, signal.Kill))
		require.NoError(t, w.ctx.Exit(b, signal.Kill))
		require.Empty(t, w.noted())
		require.NoError(t, genserver.Resume(w.ctx, sup))
		require.Equal(t, []string{"start a", "start b"}, w.noted())
		require.Equal(t, uint64(1), w.child(sup, "b").Restarts)
		w.stop(sup)
	})
}

// OTP, supervisor, "Child specification", start: "ignore if the child process for some
// reason cannot be started, in which case the child specification is kept by the
// supervisor (unless it is a temporary child) but the non-existing child process is
// ignored."
func TestChildSpecification_StartIgnore(t *testing.T) {
	within(t, func(w *world) {
		children := workers(w, supervisor.Permanent, "a", "b")
		children[0].Start = ignore
		children = append(children, supervisor.ChildSpec{ID: "c", Start: ignore, Restart: supervisor.Temporary})
		sup := w.start(supervisor.Spec{Children: children})
		require.Equal(t, []string{"b"}, w.running(sup))
		require.Equal(t, supervisor.Stopped, w.child(sup, "a").State)
		n, err := supervisor.CountChildren(w.ctx, sup)
		require.NoError(t, err)
		require.Equal(t, supervisor.Counts{Specs: 2, Active: 1, Workers: 2}, n)
		_, err = supervisor.RestartChild(w.ctx, sup, "a")
		require.ErrorIs(t, err, supervisor.ErrIgnore)
		w.stop(sup)
	})
}
