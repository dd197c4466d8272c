package supervisor_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// OTP, supervisor, "Automatic Shutdown": "any_significant - The supervisor will shut
// itself down when any significant child terminates, that is, when a transient
// significant child terminates normally or when a temporary significant child terminates
// normally or abnormally. all_significant - The supervisor will shut itself down when all
// significant children have terminated, that is, when the last active significant child
// terminates. The same rules as for any_significant apply."
func TestAutomaticShutdown(t *testing.T) {
	const transient, temporary = supervisor.Transient, supervisor.Temporary
	type end struct {
		id     string
		reason signal.ExitReason
	}
	rules := map[string]struct {
		auto    supervisor.AutoShutdown
		restart supervisor.Restart
		ends    []end // of the significant children "a" and "b", and of "c"
		down    bool
	}{
		"any, transient, normally":          {supervisor.AnySignificant, transient, []end{{"a", signal.Normal}}, true},
		"any, transient, shutdown":          {supervisor.AnySignificant, transient, []end{{"a", signal.Shutdown}}, true},
		"any, transient, abnormally":        {supervisor.AnySignificant, transient, []end{{"a", boom}}, false},
		"any, temporary, normally":          {supervisor.AnySignificant, temporary, []end{{"b", signal.Normal}}, true},
		"any, temporary, abnormally":        {supervisor.AnySignificant, temporary, []end{{"b", boom}}, true},
		"any, of another":                   {supervisor.AnySignificant, transient, []end{{"c", signal.Normal}}, false},
		"all, one":                          {supervisor.AllSignificant, transient, []end{{"a", signal.Normal}}, false},
		"all, both":                         {supervisor.AllSignificant, transient, []end{{"a", signal.Normal}, {"b", signal.Normal}}, true},
		"all, temporary both":               {supervisor.AllSignificant, temporary, []end{{"b", boom}, {"a", signal.Normal}}, true},
		"all, one and another":              {supervisor.AllSignificant, transient, []end{{"a", signal.Normal}, {"c", signal.Normal}}, false},
		"all, one is restarted in between":  {supervisor.AllSignificant, transient, []end{{"a", boom}, {"b", signal.Normal}}, false},
		"all, the last one that was active": {supervisor.AllSignificant, transient, []end{{"a", boom}, {"b", signal.Normal}, {"a", signal.Normal}}, true},
	}
	for name, rule := range rules {
		t.Run(name, func(t *testing.T) {
			within(t, func(w *world) {
				children := workers(w, rule.restart, "a", "b", "c")
				children[0].Significant, children[1].Significant = true, true
				sup := w.start(supervisor.Spec{AutoShutdown: rule.auto, Intensity: 9, Children: children})
				for _, e := range rule.ends {
					w.crash(sup, e.id, e.reason)
				}
				if rule.down {
					require.Equal(t, signal.Shutdown, w.ended(sup))
					return
				}
				require.NotEmpty(t, w.running(sup))
				w.stop(sup)
			})
		})
	}
}

// OTP Design Principles, "Automatic Shutdown": children that are terminated by
// terminate_child do not trigger it.
func TestAutomaticShutdown_NotByTerminateChild(t *testing.T) {
	within(t, func(w *world) {
		children := workers(w, supervisor.Transient, "a")
		children[0].Significant = true
		sup := w.start(supervisor.Spec{AutoShutdown: supervisor.AnySignificant, Children: children})
		require.NoError(t, supervisor.TerminateChild(w.ctx, sup, "a"))
		require.Empty(t, w.running(sup))
		w.stop(sup)
	})
}

// The same for a dynamic supervisor. Source: OTP, supervisor:do_auto_shutdown/2.
func TestAutomaticShutdown_Dynamic(t *testing.T) {
	within(t, func(w *world) {
		sup := w.start(supervisor.Spec{Strategy: supervisor.Dynamic, AutoShutdown: supervisor.AllSignificant})
		for _, id := range []string{"a", "b"} {
			spec := w.worker(id)
			spec.Restart, spec.Significant = supervisor.Temporary, true
			_, err := supervisor.StartChild(w.ctx, sup, spec)
			require.NoError(t, err)
		}
		w.crash(sup, "a", boom)
		require.Equal(t, []string{"b"}, w.running(sup))
		w.crash(sup, "b", boom)
		require.Equal(t, signal.Shutdown, w.ended(sup))
	})
}
