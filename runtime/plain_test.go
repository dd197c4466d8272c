package runtime_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

// plainly runs f, which is no process, with a context of the program.
func plainly(t *testing.T, cfg runtime.Config, f func(ctx context.Context, rt *runtime.Runtime)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, cfg)
		f(runtime.NewContext(t.Context(), rt), rt)
	})
}

func TestNewContext_CallsSendsAndFindsWithoutAProcess(t *testing.T) {
	plainly(t, runtime.Config{}, func(ctx context.Context, rt *runtime.Runtime) {
		server := spawnOpt(t, rt, runtime.SpawnOptions{Name: "server"}, echo)
		n, err := runtime.Call[int](ctx, server.PID(), 7)
		require.NoError(t, err)
		require.Equal(t, 7, n)
		p, err := runtime.Whereis(ctx, "server")
		require.NoError(t, err)
		require.Equal(t, server.PID(), p)
		require.NoError(t, runtime.Send(ctx, p, "ignored"))
		require.NoError(t, runtime.SendRaw(ctx, p, []byte("ignored")))

		_, err = runtime.Call[string](ctx, server.PID(), 7)
		require.ErrorIs(t, err, runtime.ErrReplyType)
		_, err = runtime.CurrentPID(ctx)
		require.ErrorIs(t, err, runtime.ErrNotInProcess)
		require.Equal(t, 1, rt.Len(), "the program is no process")
		for p := range rt.PIDs() {
			require.Equal(t, server.PID(), p)
		}
		server.Exit(signal.Kill)
		await(t, server)
		_, err = runtime.Call[int](ctx, server.PID(), 7)
		require.ErrorIs(t, err, runtime.ErrNoProc)
		require.Zero(t, server.Holdings().Watchers)
	})
}

func TestNewContext_ItsCallsEndAsAProcesssDo(t *testing.T) {
	plainly(t, runtime.Config{}, func(ctx context.Context, rt *runtime.Runtime) {
		silent := spawn(t, rt, idle)
		begun := time.Now()
		_, err := runtime.Call[int](ctx, silent.PID(), 1)
		require.ErrorIs(t, err, runtime.ErrTimeout)
		require.Equal(t, runtime.DefaultCallTimeout, time.Since(begun))

		bound, cancel := context.WithTimeout(ctx, time.Hour)
		defer cancel()
		begun = time.Now()
		_, err = runtime.Call[int](bound, silent.PID(), 1)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Hour, time.Since(begun))
		_, err = runtime.Call[int](bound, silent.PID(), 1)
		require.ErrorIs(t, err, context.DeadlineExceeded, "it has ended before")

		begun = time.Now()
		_, err = runtime.Call[int](runtime.WithCallTimeout(ctx, time.Minute), silent.PID(), 1)
		require.ErrorIs(t, err, runtime.ErrTimeout)
		require.Equal(t, time.Minute, time.Since(begun))

		failed := make(chan error, 1)
		go func() {
			_, err := runtime.Call[int](runtime.WithCallTimeout(ctx, runtime.NoTimeout), silent.PID(), 1)
			failed <- err
		}()
		pass(24 * time.Hour)
		synctest.Wait()
		require.Empty(t, failed)
		silent.Exit(signal.Error("boom"))
		require.ErrorIs(t, <-failed, signal.Error("boom"))
	})
}

// Two servers that call each other: an hour later both have gone on.
func TestCallTimeout_OfTheRuntimeEndsACircle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{CallTimeout: time.Second})
		ended := make(chan error, 2)
		asks := func(name string) runtime.Body {
			return func(ctx *runtime.Context) error {
				_, err := runtime.CallNamed[int](ctx, pid.Name{Name: name}, 1)
				ended <- err
				return idle(ctx)
			}
		}
		spawnOpt(t, rt, runtime.SpawnOptions{Name: "a"}, idle) // so that both names are there
		b := spawnOpt(t, rt, runtime.SpawnOptions{Name: "b"}, asks("a"))
		spawn(t, rt, asks("b"))
		for range 2 {
			require.ErrorIs(t, <-ended, runtime.ErrTimeout)
		}
		require.True(t, b.IsAlive())
	})
}

// The caller is nobody: it cannot be linked to, watched, sent to or killed.
func TestNewContext_CallerIsNoProcess(t *testing.T) {
	plainly(t, runtime.Config{}, func(ctx context.Context, rt *runtime.Runtime) {
		server := spawn(t, rt, func(ctx *runtime.Context) error {
			m, err := ctx.Recv()
			require.NoError(t, err)
			from, _ := m.From()
			require.ErrorIs(t, ctx.Link(from.PID), runtime.ErrNoProc)
			require.Equal(t, signal.NoProc, down(t, ctx, ctx.Monitor(from.PID)))
			require.ErrorIs(t, ctx.Send(from.PID, 1), runtime.ErrNoProc)
			require.NoError(t, ctx.Exit(from.PID, signal.Kill))
			_, known := ctx.Runtime().Info(from.PID)
			require.False(t, known)
			_, known = ctx.Runtime().Process(from.PID)
			require.False(t, known)
			helper := spawnIn(t, ctx, func(ctx *runtime.Context) error { return ctx.Reply(from, "by another") })
			require.NotZero(t, helper)
			return idle(ctx)
		})
		got, err := runtime.Call[string](ctx, server.PID(), 1)
		require.NoError(t, err)
		require.Equal(t, "by another", got)
		require.NoError(t, rt.Check())
	})
}

func TestNewContext_RepliesInTheNameOfTheProgram(t *testing.T) {
	plainly(t, runtime.Config{}, func(ctx context.Context, rt *runtime.Runtime) {
		asked := make(chan runtime.From, 1)
		server := spawn(t, rt, func(ctx *runtime.Context) error {
			m, err := ctx.Recv()
			require.NoError(t, err)
			from, _ := m.From()
			asked <- from
			return idle(ctx)
		})
		replied := make(chan error, 4)
		go func() { // ends with its replies, for which the test waits
			from := <-asked
			replied <- runtime.Reply(context.Background(), from, 1)
			replied <- runtime.Reply(ctx, runtime.From{}, 1)
			replied <- runtime.Reply(ctx, from, make(chan int))
			replied <- runtime.Reply(ctx, from, 2)
		}()
		n, err := runtime.Call[int](ctx, server.PID(), 1)
		require.NoError(t, err)
		require.Equal(t, 2, n)
		require.ErrorIs(t, <-replied, runtime.ErrNotInProcess)
		require.ErrorIs(t, <-replied, runtime.ErrNotCall)
		require.ErrorIs(t, <-replied, term.ErrUnsendable)
		require.NoError(t, <-replied)
	})
}

// Many goroutines call, cast and find while the runtime ends: each gets a reply or an
// error, and nothing is left.
func TestNewContext_WhileTheRuntimeEndsConcurrentSafe(t *testing.T) {
	rt, err := runtime.New(runtime.Config{})
	require.NoError(t, err)
	ctx := runtime.NewContext(context.Background(), rt)
	server := spawnOpt(t, rt, runtime.SpawnOptions{Name: "server"}, echo)
	var begun, all sync.WaitGroup
	begun.Add(8)
	for i := range 8 {
		all.Go(func() { // ends with the first error, which the shutdown brings
			var once sync.Once
			for {
				n, err := runtime.Call[int](ctx, server.PID(), i)
				once.Do(begun.Done)
				if err != nil {
					break
				}
				if n != i {
					t.Error("another's reply")
				}
				_ = runtime.Send(ctx, server.PID(), i)
				_, _ = runtime.Whereis(ctx, "server")
			}
			if _, err := runtime.Call[int](ctx, server.PID(), i); err == nil {
				t.Error("a call after the end")
			}
		})
	}
	begun.Wait()
	require.NoError(t, rt.Shutdown(context.Background()))
	all.Wait()
	require.Error(t, runtime.Send(ctx, server.PID(), 1))
	require.NoError(t, rt.Check())
}

func TestNewContext_ShutdownEndsItsCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{ExitGrace: time.Hour})
		ctx := runtime.NewContext(t.Context(), rt)
		server := spawn(t, rt, idle)
		failed := make(chan error, 1)
		go func() {
			_, err := runtime.Call[int](ctx, server.PID(), 1)
			failed <- err
		}()
		synctest.Wait()
		require.NoError(t, rt.Shutdown(t.Context()))
		require.ErrorIs(t, <-failed, signal.Shutdown)
		_, err := runtime.Call[int](ctx, server.PID(), 1)
		require.ErrorIs(t, err, runtime.ErrNoProc)
	})
}

func TestNewContext_CallsConcurrentSafe(t *testing.T) {
	rt := start(t)
	ctx := runtime.NewContext(context.Background(), rt)
	server := spawn(t, rt, echo)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range hundredThousand / 100 {
				n, err := runtime.Call[int](ctx, server.PID(), i)
				must(t, err)
				if n != i {
					t.Error("another's reply")
				}
			}
		})
	}
	all.Wait()
	require.Zero(t, server.Holdings().Watchers)
}

func TestNotInProcess_SaysTheWaysOut(t *testing.T) {
	_, err := runtime.Call[int](context.Background(), pid.PID{}, 1)
	require.ErrorIs(t, err, runtime.ErrNotInProcess)
	for _, way := range []string{"NewContext", "Runtime.Run", "ProcessScope"} {
		require.Contains(t, err.Error(), way)
	}
}

// baggage is a propagator of one value.
type baggage struct{}

type baggageKey struct{}

func (baggage) Inject(ctx context.Context, with map[string]string) {
	if id, ok := ctx.Value(baggageKey{}).(string); ok {
		with["id"] = id
	}
}

func (baggage) Extract(ctx context.Context, with map[string]string) context.Context {
	return context.WithValue(ctx, baggageKey{}, with["id"])
}

func packed(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, baggageKey{}, id)
}

// What comes with a message goes on with all that the process does because of it.
func TestPropagator_GoesAlongEveryWay(t *testing.T) {
	plainly(t, runtime.Config{}, func(ctx context.Context, rt *runtime.Runtime) {
		require.NoError(t, rt.SetPropagator(baggage{}))
		require.ErrorIs(t, rt.SetPropagator(baggage{}), runtime.ErrPropagatorSet)
		require.Error(t, rt.SetPropagator(nil))
		seen := make(chan any, 1)
		last := spawnOpt(t, rt, runtime.SpawnOptions{Name: "last"}, func(ctx *runtime.Context) error {
			for {
				m, err := ctx.Recv()
				if err != nil {
					return err
				}
				require.Equal(t, "v", m.Value())
				if from, is := m.From(); is {
					require.Equal(t, m.Context(ctx).Value(baggageKey{}), ctx.CallContext(from).Value(baggageKey{}))
					require.NoError(t, ctx.Reply(from, nil))
				}
				seen <- m.Context(ctx).Value(baggageKey{})
			}
		})
		onward := map[string]func(*runtime.Context) error{
			"Send":      func(ctx *runtime.Context) error { return ctx.Send(last.PID(), "v") },
			"SendNamed": func(ctx *runtime.Context) error { return ctx.SendNamed("last", "v") },
			"SendAfter": func(ctx *runtime.Context) error { _, err := ctx.SendAfter(last.PID(), 1, "v"); return err },
			"named after": func(ctx *runtime.Context) error {
				_, err := ctx.SendNamedAfter("last", 1, "v")
				return err
			},
			"Call": func(ctx *runtime.Context) error { _, err := runtime.Call[any](ctx, last.PID(), "v"); return err },
			"timeout": func(ctx *runtime.Context) error {
				_, err := runtime.CallTimeout[any](ctx, last.PID(), "v", time.Minute)
				return err
			},
			"Spawn": func(ctx *runtime.Context) error {
				_, err := ctx.Spawn(func(ctx *runtime.Context) error { return ctx.Send(last.PID(), "v") })
				return err
			},
		}
		for name, act := range onward {
			middle := spawn(t, rt, func(ctx *runtime.Context) error {
				for {
					if _, err := ctx.Recv(); err != nil {
						return err
					}
					require.NoError(t, act(ctx))
				}
			})
			require.NoError(t, runtime.Send(packed(ctx, "4711"), middle.PID(), "go"))
			require.Equal(t, "4711", <-seen, name)
			require.NoError(t, runtime.Send(ctx, middle.PID(), "go"))
			require.Nil(t, <-seen, "%s: nothing is left over for the next message", name)
		}
		_, err := runtime.Call[any](packed(ctx, "a call"), last.PID(), "v")
		require.NoError(t, err)
		require.Equal(t, "a call", <-seen)
		_, err = runtime.Call[any](packed(ctx, strings.Repeat("x", runtime.MaxCarriedBytes)), last.PID(), "v")
		require.NoError(t, err)
		require.Nil(t, <-seen, "it is too long")
	})
}

// badBaggage is a propagator of the kind that a program should not have.
type badBaggage struct{}

func (badBaggage) Inject(ctx context.Context, with map[string]string) {
	if with["k"] = "v"; ctx.Value(baggageKey{}) == "panic" {
		panic("inject")
	}
}

func (badBaggage) Extract(context.Context, map[string]string) context.Context { panic("extract") }

func TestPropagator_ThatPanicsLosesItsValuesOnly(t *testing.T) {
	plainly(t, runtime.Config{}, func(ctx context.Context, rt *runtime.Runtime) {
		require.NoError(t, rt.SetPropagator(badBaggage{}))
		got := make(chan any, 1)
		p := spawn(t, rt, func(ctx *runtime.Context) error {
			for {
				m, err := ctx.Recv()
				if err != nil {
					return err
				}
				require.Equal(t, ctx.PID(), runtime.MustCurrentPID(m.Context(ctx)))
				got <- m.Value()
			}
		})
		require.NoError(t, runtime.Send(packed(ctx, "panic"), p.PID(), 1))
		require.Equal(t, 1, <-got)
		require.NoError(t, runtime.Send(ctx, p.PID(), 2))
		require.Equal(t, 2, <-got)
	})
}
