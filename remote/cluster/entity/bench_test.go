package entity_test

import (
	"context"
	"testing"
	"time"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/directory/memory"
	"github.com/starlang-go/starlang/remote/cluster/entity"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

type echo struct{}

func (echo) HandleCall(_ *genserver.Context, _ genserver.From, req any) (any, error) { return req, nil }

// BenchmarkRoute finds who has an entity's shard.
func BenchmarkRoute(b *testing.B) {
	store := memory.New()
	defer store.Close()
	dir := store.Client()
	defer dir.Close()
	rt := runtime.MustNew(runtime.Config{Name: "a@test"})
	c, err := cluster.Start(b.Context(), rt, cluster.Config{Remote: remote.Config{Listen: "127.0.0.1:0", Cookie: "bench"}, Directory: dir})
	if err != nil {
		b.Fatal(err)
	}
	e, err := entity.Register(c, entity.Kind{Name: "echo", Start: func(entity.Lease, string) (any, error) { return echo{}, nil }})
	if err != nil {
		b.Fatal(err)
	}
	err = rt.Run(b.Context(), func(ctx *runtime.Context) error {
		bounded, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		if _, err := entity.CallAs[int](bounded, e, "cart-1234567", 1); err != nil {
			return err
		}
		b.ReportAllocs()
		for b.Loop() {
			if err := e.Route(ctx, "cart-1234567"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	_ = c.Leave(context.Background())
	_ = rt.Shutdown(context.Background())
}
