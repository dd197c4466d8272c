package runtime_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime"
)

// Loggers and mocks print contexts, while messages come.
func TestContext_PrintsWhichItIsAndNoMore(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		want := "runtime.Context of " + ctx.PID().String()
		for _, format := range []string{"%v", "%+v", "%s"} {
			require.Equal(t, want, fmt.Sprintf(format, ctx))
		}
		derived, cancel := context.WithCancel(ctx)
		defer cancel()
		require.Equal(t, want+".WithCancel", fmt.Sprint(derived))
		require.Equal(t, "runtime.NewContext", fmt.Sprint(runtime.NewContext(ctx, rt)))
		return nil
	})
}

// A mailbox takes nothing of a sender whose state is not 0: see mailbox.SendUnless.
func TestState_OfTheRunningIsZero(t *testing.T) {
	require.Zero(t, runtime.Running)
	require.NotZero(t, runtime.Exiting)
	require.NotZero(t, runtime.Dead)
}
