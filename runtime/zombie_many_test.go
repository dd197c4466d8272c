package runtime_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// TestZombies_OfManyShareTheirLooks: however many there are, and however often one asks,
// the stacks of a program with many goroutines are looked at once in ten seconds, and the
// reports of zombies of one time are one.
func TestZombies_OfManyShareTheirLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		rt := startWith(t, runtime.Config{Logger: j.logger(), ExitGrace: time.Second})
		leave := make(chan struct{})
		const many = 1100
		all := make([]runtime.ProcessHandle, many)
		for i := range all {
			all[i] = spawn(t, rt, func(*runtime.Context) error { stubbornBody(leave); return nil })
		}
		synctest.Wait()
		looks := map[time.Time]bool{}
		for i, h := range all {
			h.Exit(signal.Kill)
			if i%50 == 0 {
				pass(500 * time.Millisecond)
				require.Len(t, rt.Zombies(), i+1)
				looks[rt.LookedAt()] = true
			}
		}
		pass(10 * time.Second)
		synctest.Wait()
		require.LessOrEqual(t, len(looks), 2, "once in ten seconds")
		reports := j.reports(t)
		require.NotEmpty(t, reports)
		require.Less(t, len(reports), many/10)
		for _, r := range reports {
			if stacks, ok := r["stacks"].(string); ok {
				require.Contains(t, stacks, "stubbornBody")
				require.Less(t, len(stacks), 8<<10)
			}
		}
		close(leave)
		synctest.Wait()
		require.Zero(t, rt.ZombieCount())
	})
}
