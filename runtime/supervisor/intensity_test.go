package supervisor_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// pass lets time pass.
func (w *world) pass(d time.Duration) {
	w.Helper()
	_, err := w.ctx.RecvMatchTimeout(func(runtime.Message) bool { return false }, d)
	require.ErrorIs(w, err, runtime.ErrTimeout)
}

// OTP, supervisor, "Restart intensity and period": "if more than MaxR restarts occur
// within MaxT seconds, the supervisor terminates all child processes and then itself. The
// termination reason for the supervisor itself in that case will be shutdown."
func TestRestartIntensity_MoreThanIntensityWithinPeriod(t *testing.T) {
	for name, rule := range map[string]struct{ given, restarts int }{
		"default": {0, supervisor.DefaultIntensity},
		"none":    {supervisor.NoRestarts, 0},
		"one":     {1, 1},
		"five":    {5, 5},
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func(w *world) {
				children := append(workers(w, supervisor.Permanent, "a", "b"), workers(w, supervisor.Temporary, "c")...)
				sup := w.start(supervisor.Spec{Intensity: rule.given, Children: children})
				for range rule.restarts {
					w.crash(sup, "b", boom)
				}
				require.Equal(t, []string{"a", "b", "c"}, w.running(sup))
				w.noted()
				w.crash(sup, "b", boom)
				require.Equal(t, signal.Shutdown, w.ended(sup))
				require.Equal(t, []string{"stop c: shutdown", "stop a: shutdown"}, w.noted())
			})
		})
	}
}

// OTP, supervisor:add_restart/1, in whose seconds a restart counts as long as
// Now =< Then + Period.
func TestRestartIntensity_BoundaryOfThePeriod(t *testing.T) {
	const ns = time.Nanosecond
	rules := map[string]struct {
		period  time.Duration
		first   time.Duration // when the first restart is, by the runtime's uptime
		later   time.Duration // how much later the second one is
		givesUp bool
	}{
		"well within":                        {5 * time.Second, 0, time.Second, true},
		"exactly a period later":             {5 * time.Second, 0, 5 * time.Second, true},
		"the clock still shows five":         {5 * time.Second, 0, 6*time.Second - ns, true},
		"the clock shows six":                {5 * time.Second, 0, 6 * time.Second, false},
		"a period and a bit, from late on":   {5 * time.Second, time.Second - ns, 5*time.Second + ns, false},
		"a period from late on":              {5 * time.Second, time.Second - ns, 5 * time.Second, true},
		"no seconds: exactly a period later": {1500 * time.Millisecond, 0, 1500 * time.Millisecond, true},
		"no seconds: a bit more":             {1500 * time.Millisecond, 0, 1500*time.Millisecond + ns, false},
	}
	for name, rule := range rules {
		t.Run(name, func(t *testing.T) {
			within(t, func(w *world) {
				sup := w.start(supervisor.Spec{Period: rule.period, Children: workers(w, supervisor.Permanent, "a")})
				w.pass(rule.first - w.rt.Uptime())
				w.crash(sup, "a", boom)
				w.pass(rule.later)
				w.crash(sup, "a", boom)
				if rule.givesUp {
					require.Equal(t, signal.Shutdown, w.ended(sup))
					return
				}
				require.Equal(t, []string{"a"}, w.running(sup))
				w.stop(sup)
			})
		})
	}
}

// The count is the supervisor's, not each child's, and a restart of many counts once.
func TestRestartIntensity_CountsDecisionsOfTheSupervisor(t *testing.T) {
	within(t, func(w *world) {
		sup := w.start(supervisor.Spec{
			Strategy: supervisor.OneForAll, Intensity: 2, Children: workers(w, supervisor.Permanent, "a", "b", "c"),
		})
		w.crash(sup, "a", boom)
		w.crash(sup, "b", boom)
		require.Equal(t, []string{"a", "b", "c"}, w.running(sup))
		w.crash(sup, "c", boom)
		require.Equal(t, signal.Shutdown, w.ended(sup))
	})
}

// What does not lead to a restart does not count.
func TestRestartIntensity_OnlyRestartsCount(t *testing.T) {
	within(t, func(w *world) {
		children := append(workers(w, supervisor.Temporary, "a", "b"), workers(w, supervisor.Transient, "c")...)
		sup := w.start(supervisor.Spec{Intensity: supervisor.NoRestarts, Children: children})
		w.crash(sup, "a", boom)
		w.crash(sup, "b", signal.Killed)
		w.crash(sup, "c", signal.Normal)
		_, err := supervisor.RestartChild(w.ctx, sup, "c")
		require.NoError(t, err, "a restart that is asked for does not count either")
		require.Equal(t, []string{"c"}, w.running(sup))
		w.stop(sup)
	})
}

func TestGivingUp_ReportNamesChildReasonsAndTimes(t *testing.T) {
	within(t, func(w *world) {
		sup := w.start(supervisor.Spec{Name: "top", Intensity: 2, Children: workers(w, supervisor.Permanent, "a", "b")})
		w.crash(sup, "a", signal.Error("first"))
		w.pass(time.Second)
		w.crash(sup, "b", signal.Error("second"))
		w.pass(time.Second)
		b := w.child(sup, "b").PID.String()
		w.crash(sup, "b", signal.Error("third"))
		require.Equal(t, signal.Shutdown, w.ended(sup))
		log := w.logs.String()
		for _, want := range []string{
			`msg="supervisor gives up: children had to be restarted too often" supervisor=top pid=` + sup.String(),
			`child=b child_pid=` + b + ` reason="error: third" intensity=2 period=5s`,
			`restarts.0.child=a restarts.0.reason="error: first" restarts.0.time=2000-01-01T00:00:00.`,
			`restarts.1.child=b restarts.1.reason="error: second" restarts.1.time=2000-01-01T00:00:01.`,
			`restarts.2.child=b restarts.2.reason="error: third" restarts.2.time=2000-01-01T00:00:02.`,
		} {
			require.Contains(t, log, want)
		}
	})
}
