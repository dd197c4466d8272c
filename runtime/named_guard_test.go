package runtime_test

import (
	"context"
	goruntime "runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
)

// badService does something else than it is asked for.
type badService struct{ wrong func(context.Context) }

func (s badService) Register(ctx context.Context, _ string, _ pid.PID) error {
	s.wrong(ctx)
	return nil
}

func (s badService) Unregister(ctx context.Context, _ string, _ pid.PID) error {
	s.wrong(ctx)
	return nil
}

func (s badService) Whereis(ctx context.Context, _ string) (pid.PID, error) {
	s.wrong(ctx)
	return pid.PID{}, runtime.ErrNameNotFound
}

func (s badService) Send(ctx context.Context, _ string, _ any) error {
	s.wrong(ctx)
	return nil
}

// viaVerbs are all that asks a name service, with a ctx that bounds it.
var viaVerbs = map[string]func(ctx context.Context, rt *runtime.Runtime, via runtime.Via) error{
	"Call": func(ctx context.Context, _ *runtime.Runtime, via runtime.Via) error {
		_, err := runtime.CallNamed[int](ctx, via, 1)
		return err
	},
	"Send": func(ctx context.Context, _ *runtime.Runtime, via runtime.Via) error {
		return runtime.SendNamed(ctx, via, 1)
	},
	"Whereis": func(ctx context.Context, _ *runtime.Runtime, via runtime.Via) error {
		_, err := runtime.Whereis(ctx, via)
		return err
	},
	"start": func(ctx context.Context, rt *runtime.Runtime, via runtime.Via) error {
		return rt.Run(ctx, func(c *runtime.Context) error {
			_, _, err := c.SpawnAck(ctx, runtime.SpawnOptions{Via: via}, func(*runtime.Context, runtime.From) error { return nil })
			return err
		})
	},
}

// A name service that hangs costs whoever asks it the time of its ctx, one that panics or calls
// Goexit an error, and nobody else anything.
func TestVia_ServiceThatMisbehavesCostsItsCallerOnly(t *testing.T) {
	for verb, ask := range viaVerbs {
		t.Run(verb, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				rt := startWith(t, runtime.Config{})
				plain := runtime.NewContext(t.Context(), rt)
				for _, wrong := range []func(context.Context){
					func(context.Context) { panic("oh no") },
					func(context.Context) { goruntime.Goexit() },
				} {
					require.Error(t, ask(plain, rt, runtime.Via{Service: badService{wrong}, Name: "x"}))
				}
				hangs := runtime.Via{Service: badService{func(context.Context) { <-release }}, Name: "x"}
				ctx, cancel := context.WithTimeout(plain, time.Second)
				defer cancel()
				began := time.Now()
				require.Error(t, ask(ctx, rt, hangs))
				require.Equal(t, time.Second, time.Since(began))
				within(t, rt, func(c *runtime.Context) error { return c.Send(c.PID(), 1) })
				close(release)
			})
		})
	}
}

// Without a deadline the time of a call bounds what is no send.
func TestVia_ServiceThatHangsHasTheTimeOfACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		hangs := runtime.Via{Service: badService{func(context.Context) { <-release }}, Name: "x"}
		rt := startWith(t, runtime.Config{CallTimeout: 3 * time.Second})
		within(t, rt, func(c *runtime.Context) error {
			for _, ask := range []func() error{
				func() error { _, err := runtime.CallNamed[int](c, hangs, 1); return err },
				func() error { return c.Register(hangs) },
				func() error { return rt.Unregister(hangs) },
				func() error { _, _, err := c.SpawnOpt(runtime.SpawnOptions{Via: hangs}, idle); return err },
			} {
				began := time.Now()
				require.ErrorIs(t, ask(), runtime.ErrTimeout)
				require.Equal(t, 3*time.Second, time.Since(began))
			}
			return nil
		})
		close(release)
	})
}

// A timer asks in a goroutine that is nobody's.
func TestVia_ServiceThatPanicsInATimerHarmsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		within(t, rt, func(c *runtime.Context) error {
			for _, wrong := range []func(context.Context){func(context.Context) { panic("oh no") }, func(context.Context) { goruntime.Goexit() }} {
				via := runtime.Via{Service: badService{wrong}, Name: "x"}
				_, err := c.SendNamedAfter(via, time.Second, 1)
				require.NoError(t, err)
				ref, err := c.SendNamedEvery(via, time.Second, 1)
				require.NoError(t, err)
				<-time.After(time.Minute)
				_, runs := c.ReadTimer(ref)
				require.True(t, runs, "an interval timer goes on")
				c.CancelTimer(ref)
			}
			return nil
		})
	})
}

// A service may ask the runtime, and itself.
func TestVia_ServiceMayReenter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &directory{}
		rt := startWith(t, runtime.Config{})
		within(t, rt, func(c *runtime.Context) error {
			server, err := c.SpawnLink(echo)
			require.NoError(t, err)
			require.NoError(t, rt.Register(d.via("echo"), server))
			again := badService{func(ctx context.Context) {
				n, err := runtime.CallNamed[int](ctx, d.via("echo"), 7)
				require.NoError(t, err)
				require.Equal(t, 7, n)
			}}
			require.NoError(t, c.SendNamed(runtime.Via{Service: again, Name: "x"}, 1))
			_, err = runtime.CallNamed[int](c, runtime.Via{Service: again, Name: "x"}, 1)
			require.ErrorIs(t, err, runtime.ErrNameNotFound)
			return nil
		})
	})
}
