package supervisor_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

func TestBackoff_WaitsLongerEachTimeUpToMax(t *testing.T) {
	within(t, func(w *world) {
		sup := w.start(supervisor.Spec{Intensity: 100, Backoff: slow, Children: workers(w, supervisor.Permanent, "a", "b")})
		for _, want := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 4 * time.Second} {
			w.noted()
			w.crash(sup, "a", boom)
			require.Equal(t, supervisor.Restarting, w.child(sup, "a").State)
			require.Equal(t, []string{"b"}, w.running(sup))
			w.pass(want - 1)
			require.Empty(t, w.noted())
			w.pass(1)
			require.Equal(t, []string{"start a"}, w.noted())
		}
		w.pass(slow.Max)
		w.crash(sup, "a", boom)
		w.pass(slow.Initial)
		require.Equal(t, []string{"start a"}, w.noted(), "it ran for long enough to begin anew")
		w.stop(sup)
	})
}

func TestBackoff_TheOthersWaitToo(t *testing.T) {
	within(t, func(w *world) {
		sup := w.start(supervisor.Spec{
			Strategy: supervisor.RestForOne, Intensity: 100, Backoff: slow,
			Children: workers(w, supervisor.Permanent, "a", "b", "c"),
		})
		w.noted()
		w.crash(sup, "b", boom)
		require.Equal(t, []string{"stop c: shutdown"}, w.noted())
		w.crash(sup, "a", boom) // before the others are back: all of them wait for it
		require.Equal(t, supervisor.Stopped, w.child(sup, "b").State)
		w.pass(slow.Initial)
		require.Equal(t, []string{"start a", "start b", "start c"}, w.noted())
		w.pass(slow.Max)
		require.Empty(t, w.noted(), "the wait of b was called off")
		w.stop(sup)
	})
}

func TestBackoff_StopCallsTheWaitOff(t *testing.T) {
	within(t, func(w *world) {
		sup := w.start(supervisor.Spec{Backoff: slow, Children: workers(w, supervisor.Permanent, "a")})
		w.crash(sup, "a", boom)
		require.ErrorIs(t, supervisor.DeleteChild(w.ctx, sup, "a"), supervisor.ErrRestarting)
		_, err := supervisor.RestartChild(w.ctx, sup, "a")
		require.ErrorIs(t, err, supervisor.ErrRestarting)
		began := time.Now()
		require.Equal(t, signal.Shutdown, w.stop(sup))
		require.Zero(t, time.Since(began))
	})
}

func TestBackoff_JitterOnlyShortens(t *testing.T) {
	b := supervisor.Backoff{Initial: time.Second, Max: 8 * time.Second, Factor: 3, Jitter: 0.5}
	var seen = map[time.Duration]bool{}
	for range 100 {
		d := supervisor.Delay(b, 2)
		require.LessOrEqual(t, d, 3*time.Second)
		require.GreaterOrEqual(t, d, 1500*time.Millisecond)
		seen[d] = true
		require.LessOrEqual(t, supervisor.Delay(b, 1000), b.Max)
	}
	require.Greater(t, len(seen), 10)
}
