package world_test

import (
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/oracle/internal/scenario"
	"github.com/starlang-go/starlang/tools/oracle/internal/world"
)

// scenarios returns the first n of a corpus, or all if there are fewer.
func scenarios(t *testing.T, corpus string, n int) []scenario.Scenario {
	all, err := scenario.Read(filepath.Join("../../suite/corpus", corpus+".jsonl"))
	require.NoError(t, err)
	return all[:min(n, len(all))]
}

// What settle takes for rest is rest: once every goroutine has come to rest, too,
// the runtime says the same as before.
func TestSettle_NothingHappensAfterwards(t *testing.T) {
	for _, corpus := range []string{"hand", "random-1000"} {
		for _, s := range scenarios(t, corpus, 300) {
			synctest.Test(t, func(t *testing.T) {
				require.NoError(t, world.Watch(s, func(step int, picture func() string) {
					before := picture()
					synctest.Wait()
					require.Equal(t, before, picture(), "%s, step %d", s.Name, step)
				}))
			})
		}
	}
}

func TestPoll_GivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		require.False(t, world.Poll(func() bool {
			<-time.After(time.Second)
			return false
		}))
		require.Equal(t, 11*time.Second, time.Since(start))
	})
}
