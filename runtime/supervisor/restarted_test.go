package supervisor_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// restarts is a recorder of restarts.
type restarts struct {
	runtime.NopTracer
	all chan runtime.Restarted
}

func (r restarts) Restarted(e runtime.Restarted) { r.all <- e }

func TestRestart_IsToldToTracersAndRecorders(t *testing.T) {
	within(t, func(w *world) {
		r := restarts{all: make(chan runtime.Restarted, 10)}
		defer w.rt.AddTracer(r)()
		defer w.rt.AddRecorder(r)()
		spec := supervisor.Spec{Strategy: supervisor.OneForAll, Intensity: 3, Children: workers(w, supervisor.Permanent, "a", "b")}
		sup := w.start(spec)
		old := w.child(sup, "a").PID
		w.crash(sup, "a", boom)
		for _, child := range []string{"a", "a", "b", "b"} {
			got := <-r.all
			require.Equal(t, child, got.Child)
			require.Equal(t, sup, got.Supervisor)
			require.Equal(t, boom, got.Reason)
			require.Equal(t, w.child(sup, child).PID, got.New)
			require.Equal(t, []int{2, 3}, []int{got.Left, got.Intensity})
			require.Equal(t, supervisor.DefaultPeriod, got.Period)
			if child == "a" {
				require.Equal(t, old, got.Old)
			}
		}
		w.stop(sup)
	})
}
