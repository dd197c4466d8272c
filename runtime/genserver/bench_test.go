package genserver_test

import (
	"context"
	goruntime "runtime"
	"runtime/debug"
	"testing"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// BenchmarkCall compares a call of a server with one of a bare process, which keeps
// its goroutine.
func BenchmarkCall(b *testing.B) {
	rt := runtime.MustNew(runtime.Config{})
	bench := func(name string, start func(ctx *runtime.Context) (func() (int, error), error)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			err := rt.Run(context.Background(), func(ctx *runtime.Context) error {
				call, err := start(ctx)
				for b.Loop() && err == nil {
					_, err = call()
				}
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		})
	}
	bench("bare process", func(ctx *runtime.Context) (func() (int, error), error) {
		p, err := ctx.SpawnLink(func(ctx *runtime.Context) error {
			for {
				m, err := ctx.Recv()
				if err != nil {
					return err
				}
				from, _ := m.From()
				if err := ctx.Reply(from, m.Value().(add).By); err != nil {
					return err
				}
			}
		})
		return func() (int, error) { return runtime.Call[int](ctx, p, add{1}) }, err
	})
	for name, after := range settings {
		bench("server that "+name, func(ctx *runtime.Context) (func() (int, error), error) {
			p, err := genserver.StartLink(ctx, &counter{}, genserver.Options{HibernateAfter: after})
			return func() (int, error) { return genserver.Call[int](ctx, p, add{1}) }, err
		})
	}
	if err := rt.Shutdown(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkIdleServers reports how much memory one of b.N idle servers takes, after
// its start and after it was called once: all that the program holds of the operating
// system's memory, but for garbage. For a million:
//
//	go test -run '^$' -bench IdleServers -benchtime 1000000x .
func BenchmarkIdleServers(b *testing.B) {
	rt := runtime.MustNew(runtime.Config{})
	before := resident()
	err := rt.Run(context.Background(), func(ctx *runtime.Context) error {
		servers := make([]pid.PID, b.N)
		for i := range servers {
			p, err := genserver.Start(ctx, &counter{}, genserver.Options{HibernateAfter: genserver.HibernateAtOnce})
			if err != nil {
				return err
			}
			servers[i] = p
		}
		b.ReportMetric((resident()-before)/float64(b.N), "B/started")
		for _, p := range servers {
			if _, err := genserver.Call[int](ctx, p, add{1}); err != nil {
				return err
			}
		}
		b.ReportMetric((resident()-before)/float64(b.N), "B/called")
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := rt.Shutdown(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// resident returns how many bytes the program holds once it has given its garbage
// back, stacks and the collector's own tables included.
func resident() float64 {
	debug.FreeOSMemory()
	var m goruntime.MemStats
	goruntime.ReadMemStats(&m)
	return float64(m.Sys - m.HeapReleased)
}
