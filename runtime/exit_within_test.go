package runtime_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

func TestExitWithin_ExtendsTheGraceAndNeverShortensIt(t *testing.T) {
	for grace, want := range map[time.Duration]time.Duration{
		time.Second:      3 * time.Second,
		20 * time.Second: 15 * time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			rt := runtime.MustNew(runtime.Config{})
			takes := want
			require.NoError(t, rt.Run(t.Context(), func(ctx *runtime.Context) error {
				p, ref, err := ctx.SpawnOpt(runtime.SpawnOptions{Monitor: true, ExitGrace: 3 * time.Second}, func(ctx *runtime.Context) error {
					<-ctx.Done()
					<-time.After(max(takes, 4*time.Second))
					return nil
				})
				if err != nil {
					return err
				}
				synctest.Wait() // until it waits for its end
				began := time.Now()
				if err := ctx.ExitWithin(p, signal.Shutdown, grace); err != nil {
					return err
				}
				down, err := runtime.ReceiveMatch(ctx, func(d signal.Down) bool { return d.Ref == ref })
				require.Equal(t, signal.Shutdown, down.Reason)
				require.Equal(t, want, time.Since(began))
				return err
			}))
			<-time.After(time.Minute)
			require.Zero(t, rt.ZombieCount())
		})
	}
}
