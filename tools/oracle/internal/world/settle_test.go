package world_test

import (
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/remote/remotetest"
	"github.com/starlang-go/starlang/runtime"
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
				require.NoError(t, world.Watch(s, world.OneNodeWorld, func(step int, picture func() string) {
					before := picture()
					synctest.Wait()
					require.Equal(t, before, picture(), "%s, step %d", s.Name, step)
				}))
			})
		}
	}
}

// twoNodesOn returns a beginning of two nodes on a slow network in memory. What is
// under way takes its time there, so a settle that forgot something would be seen.
func twoNodesOn(t *testing.T, net *remotetest.Network) func() ([]*runtime.Runtime, error) {
	return func() ([]*runtime.Runtime, error) {
		net.SetDelay(time.Millisecond, 100*time.Millisecond)
		a, err := world.StartNode("a@test", net.Config("a@test"))
		require.NoError(t, err)
		b, err := world.StartNode("b@test", net.Config("b@test"))
		require.NoError(t, err)
		return world.ConnectNodes(a, b)
	}
}

// The same over a network that needs time for everything. The clock of the bubble
// stands still while goroutines run, so afterwards it is moved on by more than the
// network's longest delay.
func TestSettle_NothingHappensAfterwardsOnTwoNodes(t *testing.T) {
	for _, corpus := range []string{"hand", "random-1000", "noproc"} {
		for i, s := range scenarios(t, corpus, 1000) {
			if world.Unspreadable(s) != "" || hasTimers(s) {
				continue
			}
			synctest.Test(t, func(t *testing.T) {
				begin := twoNodesOn(t, remotetest.New(uint64(i)))
				require.NoError(t, world.Watch(s, begin, func(step int, picture func() string) {
					before := picture()
					<-time.After(time.Second)
					synctest.Wait()
					require.Equal(t, before, picture(), "%s, step %d", s.Name, step)
				}))
			})
		}
	}
}

// hasTimers reports whether a scenario depends on the time that passes in it.
func hasTimers(s scenario.Scenario) bool {
	return slices.ContainsFunc(s.Steps, func(step scenario.Step) bool { return step.Op == "send_after" })
}

func TestPoll_GivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		require.False(t, world.Poll(func() bool {
			<-time.After(time.Second)
			return false
		}))
		require.Equal(t, 61*time.Second, time.Since(start))
	})
}
