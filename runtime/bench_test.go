package runtime_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/internal/pairs"
)

// note is a small message that Go copies by itself.
type note struct {
	N int64
	S string
}

const noteText = "0123456789abcdef"

// bench runs loop in a process, with allocations reported.
func bench(b *testing.B, loop func(*runtime.Context)) {
	b.ReportAllocs()
	within(b, startWith(b, runtime.Config{}), func(ctx *runtime.Context) error {
		loop(ctx)
		return nil
	})
}

// BenchmarkPingPong is a message to another process and one back.
func BenchmarkPingPong(b *testing.B) {
	bench(b, func(ctx *runtime.Context) {
		me := ctx.PID()
		echo, err := ctx.SpawnLink(func(ctx *runtime.Context) error {
			for {
				m, err := ctx.Recv()
				if err != nil {
					return err
				}
				_ = ctx.Send(me, m.Value())
			}
		})
		require.NoError(b, err)
		for i := int64(0); b.Loop(); i++ {
			_ = ctx.Send(echo, note{i, noteText})
			_, _ = ctx.Recv()
		}
	})
}

// BenchmarkSend is one message to a process to which so many others send.
func BenchmarkSend(b *testing.B) {
	for _, senders := range []int{1, 8} {
		b.Run(fmt.Sprintf("senders=%d", senders), func(b *testing.B) {
			bench(b, func(ctx *runtime.Context) {
				for sender := range senders {
					n := b.N / senders
					if sender == 0 {
						n += b.N % senders
					}
					me := ctx.PID()
					_, err := ctx.SpawnLink(func(ctx *runtime.Context) error {
						for i := range n {
							_ = ctx.Send(me, note{int64(i), noteText})
						}
						return nil
					})
					require.NoError(b, err)
				}
				for range b.N {
					_, _ = ctx.Recv()
				}
			})
		})
	}
}

// BenchmarkSpawn is a process that begins, ends and is gone.
func BenchmarkSpawn(b *testing.B) {
	for name, opts := range map[string]runtime.SpawnOptions{"plain": {}, "monitored": {Monitor: true}} {
		b.Run(name, func(b *testing.B) {
			bench(b, func(ctx *runtime.Context) {
				for b.Loop() {
					_, _, _ = ctx.SpawnOpt(opts, func(*runtime.Context) error { return nil })
					if opts.Monitor {
						_, _ = ctx.Recv()
					}
				}
			})
		})
	}
}

// BenchmarkCall is a request and its reply.
func BenchmarkCall(b *testing.B) {
	for name, call := range map[string]func(*runtime.Context, pid.PID, note) (note, error){
		"plain": func(ctx *runtime.Context, to pid.PID, n note) (note, error) {
			return runtime.Call[note](ctx, to, n)
		},
		"timeout": func(ctx *runtime.Context, to pid.PID, n note) (note, error) {
			return runtime.CallTimeout[note](ctx, to, n, time.Second)
		},
		"program": func(ctx *runtime.Context, to pid.PID, n note) (note, error) {
			return runtime.Call[note](runtime.NewContext(context.Background(), ctx.Runtime()), to, n)
		},
	} {
		b.Run(name, func(b *testing.B) {
			bench(b, func(ctx *runtime.Context) {
				server, err := ctx.SpawnLink(echo)
				require.NoError(b, err)
				for i := int64(0); b.Loop(); i++ {
					if _, err := call(ctx, server, note{i, noteText}); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

// BenchmarkPairs_PlainContext compares a call with a context of [runtime.NewContext] with
// one of a process, from the same goroutine:
//
//	go test -run '^$' -bench Pairs -benchtime 21x ./runtime ./runtime/genserver
func BenchmarkPairs_PlainContext(b *testing.B) {
	within(b, startWith(b, runtime.Config{}), func(ctx *runtime.Context) error {
		server, err := ctx.SpawnLink(echo)
		require.NoError(b, err)
		calls := func(ctx func() context.Context) pairs.Way {
			return func(n int) (err error) {
				for i := 0; i < n && err == nil; i++ {
					_, err = runtime.Call[note](ctx(), server, note{int64(i), noteText})
				}
				return err
			}
		}
		process := calls(func() context.Context { return ctx })
		plain := runtime.NewContext(context.Background(), ctx.Runtime())
		for name, ctx := range map[string]func() context.Context{
			"one for all calls": func() context.Context { return plain },
			"one for each call": func() context.Context { return runtime.NewContext(context.Background(), ctx.Runtime()) },
		} {
			b.Run(name, func(b *testing.B) { pairs.Compare(b, 20_000, calls(ctx), process) })
		}
		return nil
	})
}

// BenchmarkMonitor is a monitor that is set and taken away again, of a process that
// has so many.
func BenchmarkMonitor(b *testing.B) {
	for _, others := range []int{0, 10_000} {
		b.Run(fmt.Sprintf("others=%d", others), func(b *testing.B) {
			bench(b, func(ctx *runtime.Context) {
				target, err := ctx.SpawnLink(idle)
				require.NoError(b, err)
				for range others {
					ctx.Monitor(target)
				}
				for b.Loop() {
					ctx.Demonitor(ctx.Monitor(target))
				}
			})
		})
	}
}

// BenchmarkDeath is the end of a process with so many watchers, for each watcher.
func BenchmarkDeath(b *testing.B) {
	const watchers = 1000
	bench(b, func(ctx *runtime.Context) {
		for b.Loop() {
			target, err := ctx.Spawn(idle)
			require.NoError(b, err)
			for range watchers {
				ctx.Monitor(target)
			}
			_ = ctx.Exit(target, signal.Kill)
			for range watchers {
				_, _ = ctx.Recv()
			}
		}
	})
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/watchers, "ns/watcher")
}
