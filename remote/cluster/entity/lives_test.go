package entity_test

import (
	"context"
	"fmt"
	"iter"
	goruntime "runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/cluster/clustertest"
	"github.com/starlang-go/starlang/remote/cluster/entity"
	"github.com/starlang-go/starlang/runtime/genserver"
)

func TestPlacement_IsComputedOncePerChange(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab, w *world) {
		a := start(l, w, "a@test")
		b := start(l, w, "b@test")
		settle()
		before := a.Placed()
		<-time.After(time.Hour)
		require.Equal(t, before, a.Placed(), "nothing has changed")
		b.Stop()
		settle()
		require.Equal(t, before+1, a.Placed())
		require.Equal(t, 16, a.Shards())
	})
}

// tracked is a ledger whose PID the test knows.
type tracked struct {
	ledger
	pids chan pid.PID
}

func (k *tracked) Init(ctx *genserver.Context) error {
	k.pids <- ctx.PID()
	return k.ledger.Init(ctx)
}

func TestEntity_IsStartedAnewIfItHasEndedInItsSleep(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab, w *world) {
		pids := make(chan pid.PID, 10)
		a := start(l, w, "a@test", func(k *entity.Kind) {
			k.PassivateAfter = time.Minute
			k.Start = func(lease entity.Lease, id string) (any, error) {
				return &tracked{ledger{w, id, lease}, pids}, nil
			}
		})
		for i := range 3 {
			_, err := a.call("x", i)
			require.NoError(t, err, "a call that was not handled does not fail")
			<-time.After(time.Second) // it is idle, and nobody monitors it
			require.NoError(t, a.Runtime().Exit(<-pids, signal.Kill))
		}
		require.Equal(t, []int{0, 1, 2}, w.values("x"))
		<-time.After(2 * time.Minute)
		synctest.Wait()
		require.Zero(t, a.Active(), "its end is noticed in the end")
	})
}

func TestEntity_MaxActiveStopsThoseNotUsedForLongest(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab, w *world) {
		a := start(l, w, "a@test", func(k *entity.Kind) { k.Shards = 1; k.MaxActive = 4 })
		for i := range 10 {
			_, err := a.call(fmt.Sprint("id", i), i)
			require.NoError(t, err)
		}
		<-time.After(time.Second)
		synctest.Wait()
		require.Equal(t, 4, a.Active())
		for i := range 10 {
			require.Equal(t, i < 6, w.count(w.stopped, fmt.Sprint("id", i)) == 1, i)
		}
	})
}

// sabotage is what the program's code may do instead of what it is asked for.
var sabotage = map[string]func(context.Context){
	"panics":             func(context.Context) { panic("sabotage") },
	"ends the goroutine": func(context.Context) { goruntime.Goexit() },
	"hangs":              func(ctx context.Context) { <-ctx.Done() },
}

func TestWanted_SabotageHarmsNothingElse(t *testing.T) {
	for name, act := range sabotage {
		t.Run(name, func(t *testing.T) {
			inLab(t, func(t *testing.T, l *clustertest.Lab, w *world) {
				var asked [2]atomic.Int64 // by shard
				a := start(l, w, "a@test", func(k *entity.Kind) {
					k.Shards = 2
					k.Wanted = func(ctx context.Context, shard int) iter.Seq[string] {
						return func(yield func(string) bool) {
							first := asked[shard].Add(1) == 1
							if yield(fmt.Sprint("always", shard)) && first {
								act(ctx)
							}
						}
					}
				})
				s, err := a.Session()
				require.NoError(t, err)
				for i := range 20 {
					_, err := a.call(fmt.Sprint("id", i), i)
					require.NoError(t, err)
				}
				<-time.After(3 * time.Second)
				synctest.Wait()
				require.Equal(t, 1, w.count(w.started, "always0"))
				require.Equal(t, 1, w.count(w.started, "always1"))
				if name != "hangs" {
					require.EqualValues(t, 2, asked[0].Load(), "it is asked once more")
				}
				again, err := a.Session()
				require.NoError(t, err)
				require.Same(t, s, again)
				require.Equal(t, 2, a.Shards())
				a.Stop()
			})
		})
	}
}

func TestStart_SabotageHarmsNothingElse(t *testing.T) {
	for name, act := range sabotage {
		t.Run(name, func(t *testing.T) {
			inLab(t, func(t *testing.T, l *clustertest.Lab, w *world) {
				release, cancel := context.WithCancel(context.Background())
				defer cancel()
				a := start(l, w, "a@test", func(k *entity.Kind) {
					k.Shards, k.HandOffTimeout = 1, time.Second
					k.Wanted = func(context.Context, int) iter.Seq[string] {
						return func(yield func(string) bool) { yield("bad") }
					}
					k.Start = func(lease entity.Lease, id string) (any, error) {
						if id == "bad" {
							act(release)
						}
						return &ledger{w, id, lease}, nil
					}
				})
				s, err := a.Session()
				require.NoError(t, err)
				for i := range 20 {
					_, err := a.call(fmt.Sprint("id", i), i)
					require.NoError(t, err)
				}
				_, err = a.call("bad", 1)
				require.Error(t, err)
				again, err := a.Session()
				require.NoError(t, err)
				require.Same(t, s, again)
				b := start(l, w, "b@test", func(k *entity.Kind) { k.Shards = 1 })
				left := time.Now()
				go a.Stop() // waited for by the lab
				for _, err = b.call("id1", 7); err != nil; _, err = b.call("id1", 7) {
					<-time.After(10 * time.Millisecond)
				}
				require.Less(t, time.Since(left), 2*time.Second, "also a node that has such an entity leaves in order")
				cancel()
			})
		})
	}
}
