//go:build !race

package runtime_test

import (
	"context"
	"errors"
	goruntime "runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// The race detector allocates, so these tests are not built with it.

// allocs returns how many allocations one call of f takes, in a process.
func allocs(t *testing.T, f func(*runtime.Context)) (n float64) {
	t.Helper()
	within(t, start(t), func(ctx *runtime.Context) error {
		n = testing.AllocsPerRun(1000, func() { f(ctx) })
		return nil
	})
	return n
}

func sendAndReceive(t *testing.T, ctx *runtime.Context, v any) {
	must(t, ctx.Send(ctx.PID(), v))
	m, err := ctx.Recv()
	must(t, err)
	if m.Value() == nil {
		t.Error("no value")
	}
}

func TestAllocs_PlainMessageIsBoxedOnce(t *testing.T) {
	i := int64(1000) // small numbers are boxed for nothing
	require.EqualValues(t, 1, allocs(t, func(ctx *runtime.Context) {
		i++
		sendAndReceive(t, ctx, note{i, noteText})
	}))
}

func TestAllocs_BoxedMessageTakesNone(t *testing.T) {
	var boxed any = note{1000, noteText}
	require.Zero(t, allocs(t, func(ctx *runtime.Context) { sendAndReceive(t, ctx, boxed) }))
}

func TestAllocs_RawBytesTakeNone(t *testing.T) {
	b := make([]byte, 100)
	require.Zero(t, allocs(t, func(ctx *runtime.Context) {
		must(t, ctx.SendRaw(ctx.PID(), b))
		m, err := ctx.Recv()
		must(t, err)
		if got, ok := m.Bytes(); !ok || len(got) != len(b) {
			t.Error("other bytes")
		}
	}))
}

func TestAllocs_BetweenTwoProcessesAreThoseOfTheMessage(t *testing.T) {
	var boxed any = note{1000, noteText}
	require.Zero(t, allocs(t, func() func(*runtime.Context) {
		var echo pid.PID
		return func(ctx *runtime.Context) {
			if echo.IsZero() {
				me := ctx.PID()
				echo, _ = ctx.SpawnLink(func(ctx *runtime.Context) error {
					for {
						m, err := ctx.Recv()
						if err != nil {
							return err
						}
						must(t, ctx.Send(me, m.Value()))
					}
				})
			}
			must(t, ctx.Send(echo, boxed))
			_, err := ctx.Recv()
			must(t, err)
		}
	}()))
}

func TestAllocs_CallTakesTheRequestAndItsEnvelope(t *testing.T) {
	var boxed any = note{1000, noteText}
	var server pid.PID
	require.LessOrEqual(t, allocs(t, func(ctx *runtime.Context) {
		if server.IsZero() {
			server, _ = ctx.SpawnLink(echo)
		}
		_, err := runtime.CallTimeout[note](ctx, server, boxed, 1<<40)
		must(t, err)
	}), 2.0)
}

func TestAllocs_CallOfTheProgramTakesNoMore(t *testing.T) {
	var boxed any = note{1000, noteText}
	var server pid.PID
	var plain context.Context
	require.LessOrEqual(t, allocs(t, func(ctx *runtime.Context) {
		if server.IsZero() {
			server, _ = ctx.SpawnLink(echo)
			plain = runtime.NewContext(context.Background(), ctx.Runtime())
		}
		_, err := runtime.Call[note](plain, server, boxed)
		must(t, err)
	}), 2.0)
}

// spawnAllocs returns how many allocations a spawn, the death and, if it is
// monitored, the receipt of the Down take.
func spawnAllocs(t *testing.T, opts runtime.SpawnOptions) float64 {
	t.Helper()
	return allocs(t, func(ctx *runtime.Context) {
		done := make(chan struct{})
		_, _, err := ctx.SpawnOpt(opts, func(*runtime.Context) error { close(done); return nil })
		must(t, err)
		<-done
		if opts.Monitor {
			m, err := ctx.Recv()
			must(t, err)
			if _, ok := m.Value().(signal.Down); !ok {
				t.Error("no Down")
			}
		}
	}) - 2 // the channel and the closure
}

func TestAllocs_SpawnTakesAtMostSix(t *testing.T) {
	require.LessOrEqual(t, spawnAllocs(t, runtime.SpawnOptions{}), 6.0)
}

// A monitor has a record at both ends; that it fires takes nothing more. So what a
// spawn with a monitor takes more than one without is the same whether the monitor
// is taken away before the death or the Down is delivered, received and looked at.
func TestAllocs_DownTakesNone(t *testing.T) {
	ready, leave := make(chan struct{}), make(chan struct{})
	measure := func(monitored bool) float64 {
		return allocs(t, func(ctx *runtime.Context) {
			p, ref, err := ctx.SpawnMonitor(func(*runtime.Context) error {
				ready <- struct{}{}
				<-leave
				return nil
			})
			must(t, err)
			<-ready
			if !monitored {
				ctx.Demonitor(ref)
			}
			leave <- struct{}{}
			if monitored {
				m, err := ctx.Recv()
				must(t, err)
				if d, ok := m.Value().(signal.Down); !ok || d.PID != p {
					t.Error("no Down")
				}
				return
			}
			for ctx.Runtime().Len() > 1 {
				goruntime.Gosched()
			}
		})
	}
	require.Equal(t, measure(false), measure(true))
}

// Who is watched by many ends without memory for each: not even a watcher's first message
// needs some.
func TestAllocs_EndNeedsNoMemoryForEachWatcher(t *testing.T) {
	const watchers = 1000
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		target := spawn(t, rt, idle)
		var told sync.WaitGroup
		for range watchers {
			told.Add(1)
			spawn(t, rt, func(ctx *runtime.Context) error {
				ctx.Monitor(target.PID())
				_, err := ctx.Recv()
				told.Done()
				return errors.Join(err, idle(ctx))
			})
		}
		synctest.Wait() // until all wait for the Down
		defer debug.SetGCPercent(debug.SetGCPercent(-1))
		var before, after goruntime.MemStats
		goruntime.ReadMemStats(&before)
		target.Exit(signal.Kill)
		told.Wait()
		goruntime.ReadMemStats(&after)
		require.Less(t, after.Mallocs-before.Mallocs, uint64(watchers/4))
	})
}

func TestAllocs_NameTakesNone(t *testing.T) {
	text := strings.Repeat("n", 10)
	name, v, named := pid.Name{Name: text}, any("x"), false
	require.Zero(t, allocs(t, func(ctx *runtime.Context) {
		if !named {
			must(t, ctx.Register(text))
			named = true
		}
		must(t, ctx.SendNamed(text, v))
		must(t, ctx.SendNamed(name, v))
		_, _ = ctx.Recv()
		_, _ = ctx.Recv()
	}))
}

// Looking costs what it shows, however many there are.
func TestAllocs_InfoTakesThemForWhatItLists(t *testing.T) {
	within(t, start(t), func(ctx *runtime.Context) error {
		h := spawnIn(t, ctx, idle)
		look := func() uint64 {
			return allocatedBytes(func() { _, _ = ctx.Runtime().InfoN(h, 10) })
		}
		for range 10 {
			ctx.Monitor(h)
		}
		few := look()
		for range 10_000 {
			ctx.Monitor(h)
		}
		require.LessOrEqual(t, look(), 2*few+1<<10)
		return nil
	})
}

// allocatedBytes returns how much one call of f allocates, at the least.
func allocatedBytes(f func()) uint64 {
	least := ^uint64(0)
	for range 20 {
		var before, after goruntime.MemStats
		goruntime.ReadMemStats(&before)
		f()
		goruntime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	return least
}
