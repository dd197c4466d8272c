package inspect_test

import (
	"flag"
	goruntime "runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/inspect"
)

var many = flag.Int("many", 20_000, "how many processes TestMany looks at")

// pauses returns the longest pause so far, as far as the buckets tell it.
func pauses() time.Duration {
	s := []metrics.Sample{{Name: "/sched/pauses/total/other:seconds"}}
	metrics.Read(s)
	h, longest := s[0].Value.Float64Histogram(), 0.0
	for i, n := range h.Counts {
		if n > 0 {
			longest = h.Buckets[i]
		}
	}
	return time.Duration(longest * float64(time.Second))
}

// A look at very many processes takes little memory, stops nobody and finds the one that
// is busy. Its time is printed: it is that of the machine.
func TestMany_ProcessesAreSortedByRate(t *testing.T) {
	rt, c := watched(t, false, inspect.Config{})
	for range *many {
		_, err := rt.Spawn(idle)
		require.NoError(t, err)
	}
	busy, err := rt.SpawnOpt(runtime.SpawnOptions{Name: "busy"}, func(ctx *runtime.Context) error {
		for {
			if err := ctx.Send(ctx.PID(), 1); err != nil {
				return err
			}
			if _, err := ctx.Recv(); err != nil {
				return err
			}
			if _, err := ctx.RecvTimeout(time.Millisecond); err == nil {
				continue
			} else if ctx.Err() != nil {
				return err
			}
		}
	})
	require.NoError(t, err)
	goruntime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // what is allocated is what is seen
	var before, after goruntime.MemStats
	goruntime.ReadMemStats(&before)
	const window = 100 * time.Millisecond
	begun := time.Now()
	got, err := c.Top(t.Context(), inspect.Top{By: inspect.ByRate, N: 10, Window: window})
	took := time.Since(begun)
	goruntime.ReadMemStats(&after)
	require.NoError(t, err)
	require.Equal(t, busy, got.Rows[0].PID)
	more := after.TotalAlloc - before.TotalAlloc
	require.Less(t, more, uint64(64<<20), "bytes for all that was done meanwhile")
	t.Logf("top by rate of %d processes: %s without its window of %s, %d MiB allocated, no pause above %s", got.Total, took-window, window, more>>20, pauses())
}
