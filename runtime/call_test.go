package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// echo answers calls with their request.
func echo(ctx *runtime.Context) error {
	for {
		m, err := ctx.Recv()
		if err != nil {
			return err
		}
		if from, ok := m.From(); ok {
			if err := ctx.Reply(from, m.Value()); err != nil {
				return err
			}
		}
	}
}

// deaf takes calls and never answers them. It hands on their return addresses.
func deaf(calls chan<- runtime.From) runtime.Body {
	return func(ctx *runtime.Context) error {
		for {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			if from, ok := m.From(); ok {
				calls <- from
			}
		}
	}
}

func TestCall_ReturnsTheReply(t *testing.T) {
	rt := start(t)
	server := spawnOpt(t, rt, runtime.SpawnOptions{Name: "server"}, echo)
	within(t, rt, func(ctx *runtime.Context) error {
		for range 3 {
			n, err := runtime.Call[int](ctx, server.PID(), 42)
			require.NoError(t, err)
			require.Equal(t, 42, n)
			s, err := runtime.CallTimeout[string](ctx, server.PID(), "text", time.Minute)
			require.NoError(t, err)
			require.Equal(t, "text", s)
			s, err = runtime.CallNamed[string](ctx, pid.Name{Name: "server"}, "by name")
			require.NoError(t, err)
			require.Equal(t, "by name", s)
			v, err := runtime.Call[any](ctx, server.PID(), nil)
			require.NoError(t, err)
			require.Nil(t, v)
			_, err = runtime.Call[int](ctx, server.PID(), nil)
			require.ErrorIs(t, err, runtime.ErrReplyType, "an int cannot be nil")
		}
		require.Zero(t, server.Holdings())
		return nil
	})
}

func TestCall_ErrorsSayWhatIsWrong(t *testing.T) {
	rt := start(t)
	server := spawn(t, rt, echo)
	gone := spawn(t, rt, func(*runtime.Context) error { return nil })
	await(t, gone)
	within(t, rt, func(ctx *runtime.Context) error {
		_, err := runtime.Call[int](ctx, server.PID(), "text")
		require.ErrorIs(t, err, runtime.ErrReplyType)
		require.EqualError(t, err, "call "+server.PID().String()+": reply has another type: got string, want int")
		_, err = runtime.Call[int](ctx, ctx.PID(), 1)
		require.ErrorIs(t, err, runtime.ErrCallSelf)
		_, err = runtime.Call[int](ctx, gone.PID(), 1)
		require.ErrorIs(t, err, runtime.ErrNoProc)
		var failed *runtime.RuntimeError
		require.ErrorAs(t, err, &failed)
		require.Equal(t, pid.Address{PID: gone.PID()}, failed.To)
		_, err = runtime.CallNamed[int](ctx, pid.Name{Name: "nobody"}, 1)
		require.ErrorIs(t, err, runtime.ErrNoProc)
		require.Equal(t, runtime.ErrNotCall, ctx.Reply(runtime.From{}, 1))
		mustBeEmpty(t, ctx)
		return nil
	})
	_, err := runtime.Call[int](context.Background(), server.PID(), 1)
	require.ErrorIs(t, err, runtime.ErrNotInProcess)
}

func TestCall_CanBeAnsweredByAnotherProcess(t *testing.T) {
	rt := start(t)
	calls := make(chan runtime.From, 1)
	server := spawn(t, rt, deaf(calls))
	spawn(t, rt, func(ctx *runtime.Context) error {
		from := <-calls
		require.NoError(t, ctx.Reply(from, "on its behalf"))
		return ctx.Reply(from, "once more")
	})
	within(t, rt, func(ctx *runtime.Context) error {
		s, err := runtime.Call[string](ctx, server.PID(), 1)
		require.NoError(t, err)
		require.Equal(t, "on its behalf", s)
		mustBeEmpty(t, ctx)
		return nil
	})
}

func TestCall_CalleeThatDiesIsNoticedAtOnceAndMailStaysInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		calls := make(chan runtime.From, 1)
		server := spawn(t, rt, deaf(calls))
		within(t, rt, func(ctx *runtime.Context) error {
			for i := range hundredThousand {
				must(t, ctx.Send(ctx.PID(), i))
			}
			go func() {
				<-calls
				must(t, ctx.Send(ctx.PID(), hundredThousand))
				server.Exit(signal.Kill)
			}()
			begin := time.Now()
			_, err := runtime.CallTimeout[int](ctx, server.PID(), 1, time.Hour)
			require.ErrorIs(t, err, signal.Killed)
			require.Zero(t, time.Since(begin))
			for want := range hundredThousand + 1 {
				m, err := ctx.TryRecv()
				must(t, err)
				if m.Value() != want {
					require.Equal(t, want, m.Value())
				}
			}
			mustBeEmpty(t, ctx)
			return nil
		})
	})
}

// A call takes as long with a hundred thousand messages in the mailbox as with
// none: ten thousand calls would look at a billion.
func TestCall_IsNotSlowerWithALongMailbox(t *testing.T) {
	rt := start(t)
	server := spawn(t, rt, echo)
	within(t, rt, func(ctx *runtime.Context) error {
		calls := func() time.Duration {
			best := time.Hour
			for range 5 {
				begin := time.Now()
				for range 2000 {
					_, err := runtime.Call[int](ctx, server.PID(), 1)
					must(t, err)
				}
				best = min(best, time.Since(begin))
			}
			return best
		}
		short := calls()
		for i := range hundredThousand {
			must(t, ctx.Send(ctx.PID(), i))
		}
		require.Less(t, calls(), 50*short)
		return nil
	})
}

func TestCall_LateReplyNeverLands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		calls := make(chan runtime.From, 2)
		server := spawn(t, rt, deaf(calls))
		within(t, rt, func(ctx *runtime.Context) error {
			self, _ := rt.Process(ctx.PID())
			_, err := runtime.CallTimeout[int](ctx, server.PID(), 1, time.Second)
			require.ErrorIs(t, err, runtime.ErrTimeout)
			require.ErrorIs(t, err, mailbox.ErrTimeout)
			require.EqualError(t, err, fmt.Sprintf("call %s: nothing came within the time given", server.PID()))
			bound, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			_, err = runtime.Call[int](bound, server.PID(), 1)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Zero(t, server.Holdings())
			require.Zero(t, self.Holdings().Calls)

			_, ref, err := ctx.SpawnMonitor(func(ctx *runtime.Context) error {
				return errors.Join(ctx.Reply(<-calls, 99), ctx.Reply(<-calls, 99))
			})
			require.NoError(t, err)
			require.Equal(t, signal.Normal, down(t, ctx, ref))
			mustBeEmpty(t, ctx)
			n, err := runtime.CallTimeout[int](ctx, spawn(t, rt, echo).PID(), 1, time.Second)
			require.NoError(t, err)
			require.Equal(t, 1, n, "not the answer to an earlier call")
			return nil
		})
	})
}

func TestCall_ReplyAtTheInstantOfTheTimeout(t *testing.T) {
	replies, timeouts := 0, 0
	for range 200 {
		synctest.Test(t, func(t *testing.T) {
			rt := startWith(t, runtime.Config{})
			server := spawn(t, rt, func(ctx *runtime.Context) error {
				for {
					m, err := ctx.Recv()
					if err != nil {
						return err
					}
					from, _ := m.From()
					pass(time.Second)
					if err := ctx.Reply(from, m.Value()); err != nil {
						return err
					}
				}
			})
			within(t, rt, func(ctx *runtime.Context) error {
				n, err := runtime.CallTimeout[int](ctx, server.PID(), 7, time.Second)
				if err == nil {
					replies++
					require.Equal(t, 7, n)
				} else {
					timeouts++
					require.ErrorIs(t, err, runtime.ErrTimeout)
				}
				n, err = runtime.CallTimeout[int](ctx, server.PID(), 8, time.Minute)
				require.NoError(t, err)
				require.Equal(t, 8, n)
				mustBeEmpty(t, ctx)
				return nil
			})
			server.Exit(signal.Shutdown)
		})
	}
	require.Equal(t, 200, replies+timeouts)
}

// The timer of a call is left to run for the calls that follow. None of them may
// end because of it, and each ends when it is due.
func TestCallTimeout_EachEndsWhenItIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		calls := make(chan runtime.From, 100)
		silent, answering := spawn(t, rt, deaf(calls)), spawn(t, rt, echo)
		within(t, rt, func(ctx *runtime.Context) error {
			for _, d := range []time.Duration{time.Minute, time.Second, time.Hour, 0, time.Minute, -1, 2 * time.Second} {
				_, err := runtime.CallTimeout[int](ctx, answering.PID(), 1, 45*time.Second)
				require.NoError(t, err)
				pass(30 * time.Second)
				begin := time.Now()
				_, err = runtime.CallTimeout[int](ctx, silent.PID(), 1, d)
				require.ErrorIs(t, err, runtime.ErrTimeout)
				require.Equal(t, max(d, 0), time.Since(begin))
			}
			return nil
		})
	})
}

func TestCall_EndsWithTheCallersExitSignal(t *testing.T) {
	rt := start(t)
	calls := make(chan runtime.From, 1)
	server := spawn(t, rt, deaf(calls))
	for _, reason := range []signal.ExitReason{signal.Kill, signal.Shutdown} {
		failed := make(chan error, 1)
		caller := spawn(t, rt, func(ctx *runtime.Context) error {
			_, err := runtime.Call[int](ctx, server.PID(), 1)
			failed <- err
			return err
		})
		<-calls
		caller.Exit(reason)
		ended := await(t, caller)
		require.ErrorIs(t, <-failed, ended)
	}
	for server.Holdings().Watchers > 0 {
		await(t, spawn(t, rt, func(*runtime.Context) error { return nil }))
	}
}

func TestCall_ByHelpersAtTheSameTimeConcurrentSafe(t *testing.T) {
	const helpers, each = 8, 500
	rt := start(t)
	server := spawn(t, rt, echo)
	within(t, rt, func(ctx *runtime.Context) error {
		done := make(chan error, helpers)
		for helper := range helpers {
			go func() {
				for i := range each {
					n, err := runtime.CallTimeout[int](ctx, server.PID(), helper*each+i, time.Minute)
					if err != nil || n != helper*each+i {
						done <- errors.Join(err, errors.New("wrong reply"))
						return
					}
				}
				done <- nil
			}()
		}
		for range helpers {
			require.NoError(t, <-done)
		}
		mustBeEmpty(t, ctx)
		return nil
	})
	require.Zero(t, server.Holdings())
}

// Death, reply, timeout and the end of the caller come from all sides. Each call
// ends exactly once, and nothing is left of it.
func TestCall_DeathReplyAndTimeoutRaceConcurrentSafe(t *testing.T) {
	rt := start(t)
	repeat(t, rt, hundredThousand/2, func(ctx *runtime.Context) {
		server, err := ctx.Spawn(func(ctx *runtime.Context) error {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			from, _ := m.From()
			go func() { _ = ctx.Reply(from, 1) }()
			return signal.Shutdown
		})
		must(t, err)
		_, err = runtime.CallTimeout[int](ctx, server, 1, 20*time.Microsecond)
		if err != nil && !errors.Is(err, runtime.ErrTimeout) && !errors.Is(err, signal.Shutdown) {
			require.NoError(t, err)
		}
		mustBeEmpty(t, ctx)
	})
}

func TestCallContext_EndsWithTheCall(t *testing.T) {
	for name, end := range map[string]func(cancel func(), caller runtime.ProcessHandle){
		"caller gives up": func(cancel func(), _ runtime.ProcessHandle) { cancel() },
		"caller dies":     func(_ func(), caller runtime.ProcessHandle) { caller.Exit(signal.Kill) },
	} {
		t.Run(name, func(t *testing.T) {
			rt := start(t)
			works := make(chan context.Context, 1)
			server := spawn(t, rt, func(ctx *runtime.Context) error {
				m, err := ctx.Recv()
				require.NoError(t, err)
				from, _ := m.From()
				work := ctx.CallContext(from)
				require.Equal(t, work, ctx.CallContext(from), "there is one for each call")
				works <- work
				return idle(ctx)
			})
			var giveUp context.CancelFunc
			caller := spawn(t, rt, func(ctx *runtime.Context) error {
				var bound context.Context
				bound, giveUp = context.WithCancel(ctx)
				_, _ = runtime.Call[int](bound, server.PID(), 1)
				return nil
			})
			work := <-works
			require.NoError(t, work.Err())
			end(giveUp, caller)
			<-work.Done()
			require.Equal(t, runtime.ErrCallOver, context.Cause(work))
			require.True(t, server.IsAlive())
			giveUp()
		})
	}
}

func TestCallContext_EndsWithTheReplyAndWithTheCallee(t *testing.T) {
	rt := start(t)
	var answered, pending context.Context
	server := spawn(t, rt, func(ctx *runtime.Context) error {
		for {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			from, _ := m.From()
			if m.Value() == "answer" {
				answered = ctx.CallContext(from)
				require.NoError(t, ctx.Reply(from, nil))
				continue
			}
			pending = ctx.CallContext(from)
			return signal.Shutdown
		}
	})
	within(t, rt, func(ctx *runtime.Context) error {
		_, err := runtime.Call[any](ctx, server.PID(), "answer")
		require.NoError(t, err)
		require.Equal(t, runtime.ErrCallOver, context.Cause(answered))
		_, err = runtime.Call[any](ctx, server.PID(), "die")
		require.ErrorIs(t, err, signal.Shutdown)
		require.Equal(t, signal.Shutdown, context.Cause(pending))
		require.Equal(t, runtime.ErrCallOver, context.Cause(ctx.CallContext(runtime.From{})), "there is no such call")
		return nil
	})
}
