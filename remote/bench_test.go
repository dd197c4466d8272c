package remote_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

// sink counts notes, and answers calls with how many it got.
func sink(ctx *runtime.Context) error {
	count, next := 0, int64(0)
	for {
		m, err := ctx.Recv()
		if err != nil {
			return err
		}
		if from, ok := m.From(); ok {
			if err := ctx.Reply(from, count); err != nil {
				return err
			}
			continue
		}
		if v, ok := m.Value().(note); ok && v.Seq == next {
			next++
		}
		count++
	}
}

// BenchmarkOneWay sends notes to a process of another program.
func BenchmarkOneWay(b *testing.B) {
	for _, c := range []struct {
		name    string
		size    int
		senders int
	}{{"64B", 48, 1}, {"1KiB", 1000, 1}, {"64B16", 48, 16}} {
		b.Run(c.name, func(b *testing.B) {
			all := book{}
			all.play(b, "sink", "sink@bench")
			n := all.start(b, "bench@bench", remote.Config{})
			to, err := n.Whereis(b.Context(), pid.Name{Name: "sink", Node: "sink@bench"})
			require.NoError(b, err)
			text := strings.Repeat("x", c.size)
			b.ReportAllocs()
			b.ResetTimer()
			done := make(chan error)
			for range c.senders {
				go func() {
					done <- n.Runtime().Run(b.Context(), func(ctx *runtime.Context) error {
						for i := range b.N / c.senders {
							if err := ctx.Send(to, note{int64(i), text}); err != nil {
								return err
							}
						}
						got, err := runtime.Call[int](ctx, to, "count")
						_ = got
						return err
					})
				}()
			}
			for range c.senders {
				require.NoError(b, <-done)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1000, "kmsg/s")
		})
	}
}

// BenchmarkRoundTrip calls a process of another program.
func BenchmarkRoundTrip(b *testing.B) {
	all := book{}
	all.play(b, "echo", "echo@bench")
	n := all.start(b, "bench@bench", remote.Config{})
	to, err := n.Whereis(b.Context(), pid.Name{Name: "echo", Node: "echo@bench"})
	require.NoError(b, err)
	run(b, n, func(ctx *runtime.Context) error {
		times := make([]time.Duration, 0, b.N)
		b.ReportAllocs()
		b.ResetTimer()
		for i := range b.N {
			begun := time.Now()
			if _, err := runtime.Call[note](ctx, to, note{int64(i), "0123456789abcdef"}); err != nil {
				return err
			}
			times = append(times, time.Since(begun))
		}
		slices.Sort(times)
		b.ReportMetric(float64(times[len(times)/2].Microseconds()), "p50-µs")
		b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
		return nil
	})
}
