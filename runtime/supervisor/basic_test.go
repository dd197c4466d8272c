package supervisor_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

func TestSupervisor_Basic(t *testing.T) {
	within(t, func(w *world) {
		sup := w.start(supervisor.Spec{Strategy: supervisor.OneForAll, Children: workers(w, supervisor.Permanent, "a", "b", "c")})
		require.Equal(t, []string{"start a", "start b", "start c"}, w.noted())
		w.crash(sup, "b", boom)
		require.Equal(t, []string{"stop c: shutdown", "stop a: shutdown", "start a", "start b", "start c"}, w.noted())
		require.Equal(t, signal.Shutdown, w.stop(sup))
		require.Equal(t, []string{"stop c: shutdown", "stop b: shutdown", "stop a: shutdown"}, w.noted())
	})
}
