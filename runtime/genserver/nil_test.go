package genserver_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// The two kinds of calls agree on what a reply of nil is.
func TestCallAs_AgreesWithThatOfARuntime(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		p := start(t, ctx, &script{call: echo}, genserver.Options{})
		_, err := genserver.CallAs[int](ctx, p, nil)
		require.ErrorIs(t, err, runtime.ErrReplyType)
		_, plain := runtime.Call[int](ctx, p, nil)
		require.EqualError(t, plain, err.Error())
		for _, call := range []func() error{
			func() error { _, err := genserver.CallAs[[]int](ctx, p, nil); return err },
			func() error { _, err := runtime.Call[[]int](ctx, p, nil); return err },
			func() error { _, err := genserver.CallAs[struct{}](ctx, p, nil); return err },
			func() error { _, err := runtime.Call[struct{}](ctx, p, nil); return err },
			func() error { _, err := runtime.Call[error](ctx, p, nil); return err },
		} {
			require.NoError(t, call())
		}
	})
}
