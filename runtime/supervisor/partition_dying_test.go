package supervisor_test

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// A partition that dies comes back under its name; the others keep their state, and keys stay
// where they are.
func TestPartitioned_DyingPartitionLeavesTheOthersAlone(t *testing.T) {
	within(t, func(w *world) {
		const n, rounds = 4, 5
		spec := supervisor.Partitioned("counters", n, func(name string) supervisor.ChildSpec {
			child := supervisor.Server(name, newCounter, genserver.Options{Name: name})
			child.Restart = supervisor.Permanent
			return child
		})
		spec.Intensity, spec.Period = rounds, time.Minute
		sup := w.start(spec)
		dying := supervisor.PartitionOf("counters", n, "0")
		for round := range rounds {
			p, err := runtime.Whereis(w.ctx, dying)
			require.NoError(t, err)
			require.NoError(t, w.ctx.Exit(p, signal.Kill))
			synctest.Wait()
			for i := range 20 {
				name := supervisor.PartitionOf("counters", n, strconv.Itoa(i))
				before, err := genserver.CallAs[int](w.ctx, name, nil)
				require.NoError(t, err)
				if name != dying && round > 0 {
					require.Greater(t, before, round, "it has kept its count")
				}
			}
		}
		w.stop(sup)
	})
}
