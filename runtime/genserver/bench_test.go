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
			return func() (int, error) { return genserver.CallAs[int](ctx, p, add{1}) }, err
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
			if _, err := genserver.CallAs[int](ctx, p, add{1}); err != nil {
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

// Requests of a server with as many kinds of them as a busy one has, and the server in
// two forms: with a type switch, and with typed handlers.
type (
	benchA struct {
		genserver.Returns[int]
		N int
	}
	benchB   struct{ genserver.Returns[int] }
	benchC   struct{ genserver.Returns[int] }
	benchD   struct{ genserver.Returns[int] }
	benchE   struct{ genserver.Returns[int] }
	switched struct{ n int }
	typed    struct{ n int }
)

func (s *switched) HandleCall(_ *genserver.Context, _ genserver.From, req any) (any, error) {
	switch q := req.(type) {
	case benchB:
		return 1, nil
	case benchC:
		return 2, nil
	case benchD:
		return 3, nil
	case benchE:
		return 4, nil
	case benchA:
		s.n = q.N
		return s.n, nil
	}
	return nil, genserver.ErrUnhandled
}

func (t *typed) b(*genserver.Context, benchB) (int, error)     { return 1, nil }
func (t *typed) c(*genserver.Context, benchC) (int, error)     { return 2, nil }
func (t *typed) d(*genserver.Context, benchD) (int, error)     { return 3, nil }
func (t *typed) e(*genserver.Context, benchE) (int, error)     { return 4, nil }
func (t *typed) a(_ *genserver.Context, q benchA) (int, error) { t.n = q.N; return t.n, nil }

func (t *typed) Handlers() genserver.Handlers {
	return genserver.Handle(genserver.On((*typed).b), genserver.On((*typed).c), genserver.On((*typed).d),
		genserver.On((*typed).e), genserver.On((*typed).a))
}

// BenchmarkDispatch compares typed handlers with a type switch, in whole calls.
func BenchmarkDispatch(b *testing.B) {
	rt := runtime.MustNew(runtime.Config{})
	for name, server := range map[string]any{"type switch": &switched{}, "typed handlers": &typed{}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			err := rt.Run(context.Background(), func(ctx *runtime.Context) error {
				p, err := genserver.StartLink(ctx, server, genserver.Options{})
				for b.Loop() && err == nil {
					_, err = genserver.Call(ctx, p, benchA{N: 1})
				}
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		})
	}
	if err := rt.Shutdown(context.Background()); err != nil {
		b.Fatal(err)
	}
}
