package genserver_test

import (
	"context"
	"testing"

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
