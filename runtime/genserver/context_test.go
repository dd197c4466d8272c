package genserver_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

func traceOf(ctx context.Context) string {
	id, _ := ctx.Value(traceKey{}).(string)
	return id
}

// The context of whatever a server gets is its method's own: values of calls, casts,
// messages and timers.
func TestContext_HasTheValuesOfTheMessage(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		require.NoError(t, genserver.SetPropagator(ctx.Runtime(), trace{}))
		seen := make(chan string, 1)
		note := func(c *genserver.Context, _ any) error { seen <- traceOf(c); return nil }
		p := start(t, ctx, &script{cast: note, info: note, call: func(c *genserver.Context, _ genserver.From, _ any) (any, error) {
			return traceOf(c), nil
		}}, opts)
		traced := context.WithValue(ctx, traceKey{}, "4711")
		id, err := genserver.CallAs[string](traced, p, 1)
		require.NoError(t, err)
		require.Equal(t, "4711", id)
		id, err = runtime.Call[string](traced, p, 1)
		require.NoError(t, err)
		require.Equal(t, "4711", id, "a plain call too")
		require.NoError(t, genserver.Cast(traced, p, 1))
		require.Equal(t, "4711", <-seen)
		require.NoError(t, runtime.Send(traced, p, 1))
		require.Equal(t, "4711", <-seen)
		require.NoError(t, genserver.Cast(ctx, p, 1))
		require.Empty(t, <-seen, "nothing is left over")
	})
}

// A call that a handler makes with its own context is bounded by the request's deadline.
func TestContext_BoundsTheCallsOfTheHandler(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		ended := make(chan error, 1)
		never := start(t, ctx, &script{call: func(*genserver.Context, genserver.From, any) (any, error) {
			return genserver.NoReply, nil
		}}, opts)
		p := start(t, ctx, &script{call: func(c *genserver.Context, _ genserver.From, req any) (any, error) {
			deadline, ok := c.Deadline()
			require.True(t, ok)
			require.Equal(t, time.Second, time.Until(deadline))
			v, err := genserver.CallAs[any](c, never, req)
			ended <- err
			return v, err
		}}, opts)
		bound, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		began := time.Now()
		_, err := genserver.CallAs[any](bound, p, 1)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Error(t, <-ended)
		require.Equal(t, time.Second, time.Since(began))
	})
}

// When the caller gives up, or ends, so does what the handler does for it.
func TestContext_EndsWithTheCaller(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		causes := make(chan error, 1)
		p := start(t, ctx, &script{call: func(c *genserver.Context, _ genserver.From, _ any) (any, error) {
			require.NoError(t, c.Err())
			<-c.Done()
			causes <- context.Cause(c)
			return 0, nil
		}}, opts)
		caller, err := ctx.Spawn(func(ctx *runtime.Context) error {
			_, err := genserver.CallAs[int](ctx, p, 1)
			return err
		})
		require.NoError(t, err)
		synctest.Wait()
		require.NoError(t, ctx.Exit(caller, signal.Kill))
		require.ErrorIs(t, <-causes, runtime.ErrCallOver)
		require.True(t, ctx.IsAlive(p))

		_, err = ctx.Spawn(func(ctx *runtime.Context) error {
			_, err := genserver.CallAs[int](ctx, p, 1)
			return err
		})
		require.NoError(t, err)
		synctest.Wait()
		require.NoError(t, ctx.Exit(p, signal.Shutdown))
		require.ErrorIs(t, <-causes, signal.Shutdown, "and with the server")
	})
}

// A web request whose client has gone ends all that is done for it, however many servers
// are between, and harms none of them.
func TestContext_EndsWithTheRequestOfAPlainContext(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		const servers = 3
		causes := make(chan error, servers)
		last := start(t, ctx, &script{call: func(c *genserver.Context, _ genserver.From, _ any) (any, error) {
			<-c.Done()
			causes <- context.Cause(c)
			return 0, c.Err()
		}}, opts)
		chain := []pid.PID{last}
		for range servers - 1 {
			next := chain[len(chain)-1]
			chain = append(chain, start(t, ctx, &script{call: func(c *genserver.Context, _ genserver.From, req any) (any, error) {
				n, err := genserver.CallAs[int](c, next, req)
				causes <- context.Cause(c)
				return n, err
			}}, opts))
		}
		gone, cancel := context.WithCancel(context.Background())
		began := time.Now()
		time.AfterFunc(time.Second, cancel)
		_, err := genserver.CallAs[int](runtime.NewContext(gone, ctx.Runtime()), chain[servers-1], 1)
		require.ErrorIs(t, err, context.Canceled)
		for range servers {
			require.ErrorIs(t, <-causes, runtime.ErrCallOver)
		}
		require.Equal(t, time.Second, time.Since(began))
		for _, p := range chain {
			require.True(t, ctx.IsAlive(p))
		}
	})
}

// A helper keeps the request's context, whatever the server handles meanwhile.
func TestContext_StaysTheRequestsForHelpers(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		require.NoError(t, genserver.SetPropagator(ctx.Runtime(), trace{}))
		later := make(chan struct{})
		p := start(t, ctx, &script{call: func(c *genserver.Context, from genserver.From, req any) (any, error) {
			if req == "now" {
				return traceOf(c), nil
			}
			derived := context.WithValue(c, add{}, 1)
			go func() { // ends with its reply
				<-later
				_ = from.Reply(c, traceOf(c)+traceOf(derived))
			}()
			return genserver.NoReply, nil
		}}, opts)
		caller, ref, err := ctx.SpawnMonitor(func(ctx *runtime.Context) error {
			got, err := genserver.CallAs[string](context.WithValue(ctx, traceKey{}, "a"), p, "later")
			require.Equal(t, "aa", got)
			return err
		})
		require.NoError(t, err)
		synctest.Wait()
		for _, id := range []string{"b", "c"} {
			got, err := genserver.CallAs[string](context.WithValue(ctx, traceKey{}, id), p, "now")
			require.NoError(t, err)
			require.Equal(t, id, got)
		}
		close(later)
		require.Equal(t, signal.Normal, down(t, ctx, ref))
		require.False(t, ctx.IsAlive(caller))
	})
}

// Two servers that call each other: one of them gives up.
func TestCallTimeout_EndsCallsThatNobodyBounds(t *testing.T) {
	for name, of := range map[string]struct {
		runtime, server time.Duration
		want            time.Duration
	}{
		"the runtime's": {time.Minute, 0, time.Minute},
		"the default":   {0, 0, runtime.DefaultCallTimeout},
		"the server's":  {time.Hour, time.Second, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := newRuntime(t, runtime.Config{CallTimeout: of.runtime})
				require.NoError(t, rt.Run(t.Context(), func(ctx *runtime.Context) error {
					other := make(map[pid.PID]pid.PID)
					ended := make(chan error, 2)
					var busy sync.WaitGroup
					busy.Add(2)
					server := &script{cast: func(c *genserver.Context, _ any) error {
						busy.Done()
						busy.Wait() // neither answers
						_, err := genserver.CallAs[int](c, other[c.PID()], "answer me")
						ended <- err
						return nil
					}}
					a := start(t, ctx, server, genserver.Options{CallTimeout: of.server})
					b := start(t, ctx, server, genserver.Options{CallTimeout: of.server})
					other[a], other[b] = b, a
					began := time.Now()
					require.NoError(t, genserver.Cast(ctx, a, 1))
					require.NoError(t, genserver.Cast(ctx, b, 1))
					first, second := <-ended, <-ended // whoever gives up first refuses the other's request
					require.True(t, errors.Is(first, runtime.ErrTimeout) || errors.Is(second, runtime.ErrTimeout))
					require.GreaterOrEqual(t, time.Since(began), of.want)
					require.Less(t, time.Since(began), of.want*5/4, "a default may be an eighth late, see runtime.Config")
					return nil
				}))
			})
		})
	}
}

// OTP: what is stopped by a call is gone when the reply comes, and its name is free.
func TestStop_NameIsFreeAfterTheReply(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		server := &script{call: func(c *genserver.Context, _ genserver.From, req any) (any, error) {
			c.Stop(signal.Normal)
			if req == "fail" {
				return nil, errBoom
			}
			return req, nil
		}}
		for i := range 3000 {
			p := start(t, ctx, server, genserver.Options{Name: "server"})
			if i%2 == 0 {
				got, err := genserver.CallAs[int](ctx, p, i)
				require.NoError(t, err)
				require.Equal(t, i, got)
			} else {
				_, err := genserver.CallAs[int](ctx, p, "fail")
				require.EqualError(t, err, "boom")
			}
		}
	})
}
