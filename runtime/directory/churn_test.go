package directory_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/directory"
)

// Processes enter and leave a few duplicate keys, and die, while others look and dispatch and the
// directory's own process is killed: in the end exactly those are there who live and have not left.
func TestDirectory_ChurnOfDuplicateKeysConcurrentSafe(t *testing.T) {
	within(t, directory.Duplicate, func(ctx *runtime.Context, d *directory.Directory, watcher func() pid.PID) {
		const members, acts, keys = 40, 50, 3
		var mu sync.Mutex
		want := map[string]map[pid.PID]bool{"k0": {}, "k1": {}, "k2": {}}
		var all sync.WaitGroup
		for range members {
			all.Add(1)
			_, err := ctx.Spawn(func(ctx *runtime.Context) error {
				mine := map[string]bool{}
				for range acts {
					key := fmt.Sprint("k", rand.IntN(keys))
					if rand.IntN(3) == 0 {
						if d.Leave(ctx, key) == nil {
							delete(mine, key)
						}
					} else if d.Enter(ctx, key, key) == nil { // not while its process is being replaced
						mine[key] = true
					}
					for _, e := range d.Lookup(key) {
						require.Equal(t, key, e.Value)
					}
				}
				dies := rand.IntN(2) == 0
				if !dies {
					mu.Lock()
					for key := range mine {
						want[key][ctx.PID()] = true
					}
					mu.Unlock()
				}
				all.Done()
				if dies {
					return signal.Error("dies")
				}
				_, err := runtime.Receive[signal.Exit](ctx)
				return err
			})
			require.NoError(t, err)
		}
		require.NoError(t, ctx.Exit(watcher(), signal.Kill))
		all.Wait()
		synctest.Wait()
		total := 0
		for key, living := range want {
			got := map[pid.PID]bool{}
			for _, e := range d.Lookup(key) {
				require.False(t, got[e.PID], "twice")
				got[e.PID] = true
			}
			require.Equal(t, living, got)
			total += len(living)
		}
		require.Equal(t, total, d.Len())
	})
}
