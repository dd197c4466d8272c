package runtime_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	goruntime "runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

var live = flag.Int("live", 100_000, "among how many processes BenchmarkGrowth and BenchmarkPause measure")

// BenchmarkGrowth shows what things cost among so many processes that wait. They are
// done to one that is picked at random, so what grows is what memory costs that is in
// no cache, and nothing else. For a curve up to a million:
//
//	go test -run '^$' -bench Growth -benchtime 300000x . -live 1000000
func BenchmarkGrowth(b *testing.B) {
	for _, n := range []int{1000, *live} {
		among(b, n, func(ctx *runtime.Context, pick func() pid.PID) {
			for name, once := range map[string]func(){
				"spawn": func() { _, _ = ctx.Spawn(func(*runtime.Context) error { return nil }) },
				"look-up": func() {
					if !ctx.Runtime().IsAlive(pick()) {
						b.Error("a process is gone")
					}
				},
				"round-trip": func() {
					_ = ctx.Send(pick(), ctx.PID())
					_, _ = ctx.Recv()
				},
				"monitor": func() { ctx.Demonitor(ctx.Monitor(pick())) },
				"exit": func() {
					p, _, _ := ctx.SpawnMonitor(idle)
					_ = ctx.Exit(p, signal.Kill)
					_, _ = ctx.Recv()
				},
			} {
				b.Run(fmt.Sprintf("%s/live=%d", name, n), func(b *testing.B) {
					for b.Loop() {
						once()
					}
				})
			}
		})
	}
}

// BenchmarkPause reports the longest stop of the world in so many garbage collections,
// with so many processes.
func BenchmarkPause(b *testing.B) {
	for _, n := range []int{1000, *live} {
		among(b, n, func(*runtime.Context, func() pid.PID) {
			b.Run(fmt.Sprintf("live=%d", n), func(b *testing.B) {
				var stats debug.GCStats
				debug.ReadGCStats(&stats)
				before := stats.NumGC
				var longest time.Duration
				for b.Loop() {
					goruntime.GC()
					debug.ReadGCStats(&stats)
					longest = max(longest, stats.Pause[0])
				}
				require.Greater(b, stats.NumGC, before)
				b.ReportMetric(float64(longest.Microseconds()), "µs/longest")
			})
		})
	}
}

// among calls f in a process, with n others that answer what they get, of which pick
// picks one.
func among(b *testing.B, n int, f func(ctx *runtime.Context, pick func() pid.PID)) {
	rt := startWith(b, runtime.Config{})
	within(b, rt, func(ctx *runtime.Context) error {
		others := make([]pid.PID, n)
		for i := range others {
			p, err := ctx.Spawn(answerer)
			require.NoError(b, err)
			others[i] = p
		}
		f(ctx, func() pid.PID { return others[rand.IntN(n)] })
		return nil
	})
}

// answerer sends each PID that it gets its own.
func answerer(ctx *runtime.Context) error {
	for {
		to, err := runtime.Receive[pid.PID](ctx)
		if err != nil {
			return err
		}
		_ = ctx.Send(to, ctx.PID())
	}
}
