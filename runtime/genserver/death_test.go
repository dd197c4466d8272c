package genserver_test

import (
	goruntime "runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// An exit signal ends a server between two of its methods, however many the loop has
// still to call, and no method runs after it.
func TestDeath_EndsTheLoopBetweenTwoMethods(t *testing.T) {
	exit := map[string]signal.ExitReason{"shutdown": signal.Shutdown, "kill": signal.Kill}
	for name, reason := range exit {
		t.Run(name, func(t *testing.T) {
			eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
				var ran atomic.Int64
				p, ref := watched(t, ctx, &script{
					cast: func(c *genserver.Context, _ any) error { c.Continue(0); return nil },
					cont: func(c *genserver.Context, v any) error {
						if ran.Add(1) == 10 {
							_ = c.Exit(c.PID(), reason)
						}
						if ran.Load() > 100 {
							return nil // ends the test on a loop that does not look
						}
						c.Continue(v)
						c.SetTimeout(0)
						return nil
					},
					due:  func(*genserver.Context) error { ran.Store(1000); return nil },
					info: func(*genserver.Context, any) error { ran.Store(1000); return nil },
				}, opts)
				require.NoError(t, genserver.Cast(ctx, p, "go"))
				_ = ctx.Send(p, "mail") // it may be dead by now
				down(t, ctx, ref)
				synctest.Wait()
				require.EqualValues(t, 10, ran.Load())
				require.Zero(t, ctx.Runtime().ZombieCount())
			})
		})
	}
}

// A server that handles a message when it is killed gets none of those that wait.
func TestDeath_LeavesTheMailUnhandled(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		var got []any
		p, ref := watched(t, ctx, &script{info: func(c *genserver.Context, msg any) error {
			got = append(got, msg)
			return c.Exit(c.PID(), signal.Shutdown)
		}}, opts)
		for i := range 50 {
			_ = ctx.Send(p, i)
		}
		require.Equal(t, signal.Shutdown, down(t, ctx, ref))
		require.Equal(t, []any{0}, got)
	})
}

// OTP, gen_server:terminate/2: it is called once, whatever happens in it.
func TestTerminate_RunsOnce(t *testing.T) {
	ends := map[string]struct {
		term func()
		want signal.ExitReason
	}{
		"panics":  {func() { panic("late") }, signal.Error("panic: late")},
		"goexits": {goruntime.Goexit, signal.Error("goexit: the body called runtime.Goexit")},
		"returns": {func() {}, signal.Error("panic: boom")},
	}
	causes := map[string]func(c *genserver.Context) error{
		"of a stop":  func(c *genserver.Context) error { c.Stop(signal.Error("panic: boom")); return nil },
		"of an end":  func(*genserver.Context) error { return signal.Error("panic: boom") },
		"of a panic": func(*genserver.Context) error { panic("boom") },
	}
	for what, end := range ends {
		for cause, do := range causes {
			t.Run(what+" because "+cause, func(t *testing.T) {
				within(t, func(t *testing.T, ctx *runtime.Context) {
					times := 0
					p, ref := watched(t, ctx, &script{
						cast: func(c *genserver.Context, _ any) error { return do(c) },
						term: func(*genserver.Context, signal.ExitReason) { times++; end.term() },
					}, genserver.Options{})
					require.NoError(t, genserver.Cast(ctx, p, 1))
					require.Equal(t, end.want, down(t, ctx, ref))
					require.Equal(t, 1, times)
				})
			})
		}
	}
}

// A Terminate that hangs holds up its own server alone, and an exit signal ends that.
func TestTerminate_ThatHangsIsEndedByAnExitSignal(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx *runtime.Context) {
		hang := make(chan struct{})
		p, ref := watched(t, ctx, &script{
			cast: func(c *genserver.Context, _ any) error { c.Stop(signal.Normal); return nil },
			term: func(*genserver.Context, signal.ExitReason) { <-hang },
		}, genserver.Options{ExitGrace: time.Second})
		require.NoError(t, genserver.Cast(ctx, p, 1))
		synctest.Wait()
		require.True(t, ctx.IsAlive(p))
		began := time.Now()
		require.NoError(t, ctx.Exit(p, signal.Shutdown))
		require.Equal(t, signal.Shutdown, down(t, ctx, ref))
		require.Equal(t, time.Second, time.Since(began))
		close(hang)
	})
}
