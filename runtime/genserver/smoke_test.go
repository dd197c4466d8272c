package genserver_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

type counter struct{ n int }

type add struct{ By int }

func (c *counter) HandleCall(ctx *genserver.Context, from genserver.From, req any) (any, error) {
	switch r := req.(type) {
	case add:
		c.n += r.By
		return c.n, nil
	}
	return nil, genserver.ErrUnhandled
}

func TestSmoke(t *testing.T) {
	rt := runtime.MustNew(runtime.Config{})
	require.NoError(t, rt.Run(context.Background(), func(ctx *runtime.Context) error {
		p, err := genserver.StartLink(ctx, &counter{}, genserver.Options{Name: "counter"})
		require.NoError(t, err)
		for i := range 100 {
			n, err := genserver.Call[int](ctx, "counter", add{2})
			require.NoError(t, err)
			require.Equal(t, 2*i+2, n)
		}
		_, err = genserver.Call[string](ctx, p, add{2})
		require.ErrorIs(t, err, genserver.ErrReplyType)
		_, err = genserver.Call[string](ctx, p, "hello")
		require.ErrorIs(t, err, genserver.ErrUnhandled)
		state, err := genserver.GetState(ctx, p)
		require.NoError(t, err)
		require.Equal(t, "&{n:202}", state)
		return genserver.Stop(ctx, p, signal.Normal)
	}))
	require.NoError(t, rt.Shutdown(context.Background()))
}

func BenchmarkCall(b *testing.B) {
	for name, after := range map[string]time.Duration{"never": -1, "default": 0, "at once": 1} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			rt := runtime.MustNew(runtime.Config{})
			_ = rt.Run(context.Background(), func(ctx *runtime.Context) error {
				p, _ := genserver.StartLink(ctx, &counter{}, genserver.Options{HibernateAfter: after})
				for b.Loop() {
					_, _ = genserver.Call[int](ctx, p, add{1})
				}
				return nil
			})
			_ = rt.Shutdown(context.Background())
		})
	}
}
