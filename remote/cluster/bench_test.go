package cluster_test

import (
	"context"
	"testing"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/directory/memory"
	"github.com/starlang-go/starlang/runtime"
)

// BenchmarkLookup looks a name up that is remembered.
func BenchmarkLookup(b *testing.B) {
	store := memory.New()
	defer store.Close()
	dir := store.Client()
	defer dir.Close()
	rt := runtime.MustNew(runtime.Config{Name: "a@test"})
	c, err := cluster.Start(b.Context(), rt, cluster.Config{Remote: remote.Config{Listen: "127.0.0.1:0", Cookie: "bench"}, Directory: dir})
	if err != nil {
		b.Fatal(err)
	}
	err = rt.Run(b.Context(), func(ctx *runtime.Context) error {
		name := c.Name("till")
		if err := name.Service.Register(ctx, name.Name, ctx.PID()); err != nil {
			return err
		}
		if _, err := name.Service.Whereis(ctx, name.Name); err != nil {
			return err
		}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := name.Service.Whereis(ctx, name.Name); err != nil {
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
