package runtime_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime"
)

func waitsInHere(ctx *runtime.Context) error {
	_, err := ctx.Recv()
	return err
}

func TestStack_IsThatOfTheProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		p := spawn(t, rt, waitsInHere)
		spawn(t, rt, idle)
		synctest.Wait()
		stack, err := rt.Stack(p.PID())
		require.NoError(t, err)
		require.Contains(t, stack, "waitsInHere")
		require.NotContains(t, stack, "idle")
		require.Contains(t, rt.Stacks(), "waitsInHere")
	})
}

func TestStack_AmongManyTakesLabels(t *testing.T) {
	for _, labels := range []bool{false, true} {
		t.Run(fmt.Sprint(labels), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := startWith(t, runtime.Config{ProfileLabels: labels})
				p := spawn(t, rt, waitsInHere)
				for range 1001 {
					spawn(t, rt, idle)
				}
				synctest.Wait()
				stack, err := rt.Stack(p.PID())
				if !labels {
					require.ErrorIs(t, err, runtime.ErrManyGoroutines)
					return
				}
				require.NoError(t, err)
				require.Contains(t, stack, "waitsInHere")
			})
		})
	}
}

func TestStack_OfOneThatHasEndedIsNoProc(t *testing.T) {
	rt := start(t)
	p := spawn(t, rt, func(*runtime.Context) error { return nil })
	await(t, p)
	_, err := rt.Stack(p.PID())
	require.ErrorIs(t, err, runtime.ErrNoProc)
}
