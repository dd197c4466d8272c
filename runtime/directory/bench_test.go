package directory_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/directory"
)

// crowd runs f in a process, beside a directory in which n processes are entered under one key,
// and gives it the one of the middle.
func crowd(b *testing.B, n int, f func(ctx *runtime.Context, d *directory.Directory, middle pid.PID)) {
	rt := runtime.MustNew(runtime.Config{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(b, rt.Run(b.Context(), func(ctx *runtime.Context) error {
		d := directory.New(directory.Duplicate)
		_, err := d.Start(ctx)
		require.NoError(b, err)
		var middle pid.PID
		for i := range n {
			p, err := ctx.Spawn(func(ctx *runtime.Context) error { _, err := ctx.Recv(); return err })
			require.NoError(b, err)
			require.NoError(b, d.Register(ctx, "topic", p))
			if i == n/2 {
				middle = p
			}
		}
		f(ctx, d, middle)
		return nil
	}))
	_ = rt.Shutdown(context.Background())
}

// BenchmarkLeaveAndEnter is one of many members of a key that leaves and comes back.
func BenchmarkLeaveAndEnter(b *testing.B) {
	for _, n := range []int{10, 1000, 10_000} {
		b.Run(fmt.Sprint("members=", n), func(b *testing.B) {
			crowd(b, n, func(ctx *runtime.Context, d *directory.Directory, member pid.PID) {
				b.ReportAllocs()
				for b.Loop() {
					_ = d.Unregister(ctx, "topic", member)
					_ = d.Register(ctx, "topic", member)
				}
			})
		})
	}
}

// BenchmarkWhereis finds the oldest member of a key.
func BenchmarkWhereis(b *testing.B) {
	for _, n := range []int{1, 1000} {
		b.Run(fmt.Sprint("members=", n), func(b *testing.B) {
			crowd(b, n, func(ctx *runtime.Context, d *directory.Directory, _ pid.PID) {
				b.ReportAllocs()
				for b.Loop() {
					_, _ = d.Whereis(ctx, "topic")
				}
			})
		})
	}
}
