package genserver_test

import (
	"context"
	"fmt"
	goruntime "runtime"
	"runtime/debug"
	"testing"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/internal/pairs"
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
		each := (resident() - before) / float64(b.N)
		b.ReportMetric(each, "B/called")
		if b.N >= 300_000 && each > maxIdleBytes {
			return fmt.Errorf("an idle server takes %.0f bytes, more than %d", each, maxIdleBytes)
		}
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
	benchZ struct { // gets no reply
		genserver.Returns[any]
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
	case benchZ:
		s.n = q.N
		return genserver.NoReply, nil
	}
	return nil, genserver.ErrUnhandled
}

func (t *typed) b(*genserver.Context, benchB) (int, error)     { return 1, nil }
func (t *typed) c(*genserver.Context, benchC) (int, error)     { return 2, nil }
func (t *typed) d(*genserver.Context, benchD) (int, error)     { return 3, nil }
func (t *typed) e(*genserver.Context, benchE) (int, error)     { return 4, nil }
func (t *typed) a(_ *genserver.Context, q benchA) (int, error) { t.n = q.N; return t.n, nil }
func (t *typed) z(_ *genserver.Context, q benchZ) (any, error) {
	t.n = q.N
	return genserver.NoReply, nil
}

func (t *typed) Handlers() genserver.Handlers {
	return genserver.Handle(genserver.On((*typed).b), genserver.On((*typed).c), genserver.On((*typed).d),
		genserver.On((*typed).e), genserver.On((*typed).a), genserver.On((*typed).z))
}

// wide are the requests of a server with more kinds of them than are looked through one by
// one, and the server in the two forms.
type (
	wide[K any] struct {
		genserver.Returns[int]
		N int
	}
	wideSwitched struct{ n int }
	wideTyped    struct{ n int }
)

func (s *wideSwitched) HandleCall(_ *genserver.Context, _ genserver.From, req any) (any, error) {
	switch q := req.(type) {
	case wide[int8]:
		return 1, nil
	case wide[int16]:
		return 2, nil
	case wide[int32]:
		return 3, nil
	case wide[int64]:
		return 4, nil
	case wide[uint8]:
		return 5, nil
	case wide[uint16]:
		return 6, nil
	case wide[uint32]:
		return 7, nil
	case wide[uint64]:
		return 8, nil
	case wide[float32]:
		return 9, nil
	case wide[float64]:
		return 10, nil
	case wide[string]:
		return 11, nil
	case wide[bool]:
		s.n = q.N
		return s.n, nil
	}
	return nil, genserver.ErrUnhandled
}

func wideHandler[K any]() genserver.Handler {
	return genserver.On(func(s *wideTyped, _ *genserver.Context, q wide[K]) (int, error) { s.n = q.N; return s.n, nil })
}

func (*wideTyped) Handlers() genserver.Handlers {
	return genserver.Handle(wideHandler[int8](), wideHandler[int16](), wideHandler[int32](), wideHandler[int64](),
		wideHandler[uint8](), wideHandler[uint16](), wideHandler[uint32](), wideHandler[uint64](),
		wideHandler[float32](), wideHandler[float64](), wideHandler[string](), wideHandler[bool]())
}

// BenchmarkPairs_Dispatch compares typed handlers with a type switch, in whole calls and,
// between receiving a request and replying to it, alone:
//
//	go test -run '^$' -bench Pairs -benchtime 21x ./runtime ./runtime/genserver
func BenchmarkPairs_Dispatch(b *testing.B) {
	b.Run("alone", func(b *testing.B) {
		pairs.Compare(b, 500_000, dispatches(b, &typed{}, benchZ{N: 1}), dispatches(b, &switched{}, benchZ{N: 1}))
	})
	rt := runtime.MustNew(runtime.Config{})
	err := rt.Run(context.Background(), func(ctx *runtime.Context) error {
		b.Run("6 kinds", func(b *testing.B) {
			pairs.Compare(b, 20_000, callsOf(b, ctx, &typed{}, benchA{N: 1}), callsOf(b, ctx, &switched{}, benchA{N: 1}))
		})
		b.Run("12 kinds", func(b *testing.B) {
			req := wide[bool]{N: 1}
			pairs.Compare(b, 20_000, callsOf(b, ctx, &wideTyped{}, req), callsOf(b, ctx, &wideSwitched{}, req))
		})
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := rt.Shutdown(context.Background()); err != nil {
		b.Fatal(err)
	}
}

func dispatches(b *testing.B, server, req any) pairs.Way {
	b.Helper()
	way, err := genserver.Dispatch(server, req)
	if err != nil {
		b.Fatal(err)
	}
	return way
}

// callsOf starts a server and calls it with req.
func callsOf[Q genserver.Request[int]](b *testing.B, ctx *runtime.Context, server any, req Q) pairs.Way {
	b.Helper()
	p, err := genserver.StartLink(ctx, server, genserver.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return func(n int) (err error) {
		for i := 0; i < n && err == nil; i++ {
			_, err = genserver.Call(ctx, p, req)
		}
		return err
	}
}
