package inspect_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/inspect"
)

func sink(ctx *runtime.Context) error {
	for {
		if _, err := ctx.Recv(); err != nil {
			return err
		}
	}
}

// trace traces in another goroutine and returns where the result will be.
func (l *lab) trace(ctx context.Context, q inspect.Trace) <-chan inspect.TraceEvents {
	done := make(chan inspect.TraceEvents, 1)
	go func() {
		var all inspect.TraceEvents
		_ = l.Trace(ctx, q, func(e inspect.TraceEvents) error {
			all.Events, all.Lost, all.Over = append(all.Events, e.Events...), e.Lost, e.Over
			return nil
		})
		done <- all
	}()
	synctest.Wait()
	return done
}

func TestTrace_ShowsMessagesAndTheEnd(t *testing.T) {
	inLab(t, func(l *lab) {
		p := l.spawn("sink", sink)
		first := l.trace(l.Context(), inspect.Trace{Targets: []string{"sink"}, Limit: 3})
		second := l.trace(l.Context(), inspect.Trace{Targets: []string{"sink"}, For: 5 * time.Second})
		l.fill(p, 2)
		require.NoError(l, l.rt.Exit(p, signal.Kill))
		for _, got := range []inspect.TraceEvents{<-first, <-second} { // neither disturbs the other
			require.Len(l, got.Events, 3)
			require.Equal(l, inspect.TraceReceived, got.Events[0].Kind)
			require.Equal(l, "int", got.Events[0].Type)
			require.Equal(l, inspect.TraceExited, got.Events[2].Kind)
			require.Equal(l, "killed", got.Events[2].Reason)
			require.Zero(l, got.Lost)
		}
	})
}

func TestTrace_OfAFloodShowsNoMoreThanWasAskedForAndCountsTheRest(t *testing.T) {
	inLab(t, func(l *lab) {
		p := l.spawn("sink", sink)
		done := l.trace(l.Context(), inspect.Trace{Targets: []string{"sink"}, Limit: 10, Per: time.Second, For: 3500 * time.Millisecond})
		for range 3 {
			l.fill(p, 1000)
			pass(time.Second)
		}
		got := <-done
		require.Len(l, got.Events, 30)
		require.Equal(l, uint64(2970), got.Lost)
		require.True(l, got.Over)
	})
}

func TestTrace_EndsWithTheOneWhoAsked(t *testing.T) {
	inLab(t, func(l *lab) {
		l.spawn("sink", sink)
		before := l.rt.Len()
		ctx, cancel := context.WithCancelCause(l.Context())
		done := l.trace(ctx, inspect.Trace{Targets: []string{"sink"}})
		require.Greater(l, l.rt.Len(), before)
		cancel(errors.New("enough"))
		<-done
		synctest.Wait()
		require.Equal(l, before, l.rt.Len())
		require.ErrorIs(l, l.Trace(l.Context(), inspect.Trace{Targets: []string{"nobody"}}, nil), inspect.ErrNotFound)
	})
}

func kindsOf(got inspect.TraceEvents) (all []inspect.TraceKind) {
	for _, e := range got.Events {
		all = append(all, e.Kind)
	}
	return all
}

func TestTrace_OfNewOnesBeginsWithTheirFirstInstruction(t *testing.T) {
	inLab(t, func(l *lab) {
		l.spawn("before", sink)
		done := l.trace(l.Context(), inspect.Trace{New: true, Limit: 4})
		p := l.spawn("", func(ctx *runtime.Context) error {
			if err := runtime.SendNamed(ctx, pid.Name{Name: "before"}, "hello"); err != nil {
				return err
			}
			_, err := ctx.SpawnLink(func(*runtime.Context) error { return nil })
			return err
		})
		got := <-done
		require.Equal(l, []inspect.TraceKind{inspect.TraceStarted, inspect.TraceSent, inspect.TraceSpawned, inspect.TraceStarted}, kindsOf(got))
		require.Equal(l, p, got.Events[0].PID)
		require.Contains(l, got.Events[0].Type, "inspect_test")
		require.Equal(l, "string", got.Events[1].Type)
		require.Equal(l, got.Events[2].To, got.Events[3].PID.String())
	})
}

func TestTrace_FollowsANameAndLeavesOthersAlone(t *testing.T) {
	inLab(t, func(l *lab) {
		p := l.spawn("sink", sink)
		done := l.trace(l.Context(), inspect.Trace{Names: []string{"sink"}, For: time.Minute, Kinds: []inspect.TraceKind{inspect.TraceReceived}})
		l.fill(p, 1)
		require.NoError(l, l.rt.Exit(p, signal.Kill))
		synctest.Wait()
		next, other := l.spawn("sink", sink), l.spawn("other", sink)
		l.fill(other, 5)
		l.fill(next, 2)
		got := <-done
		require.Len(l, got.Events, 3)
		require.Equal(l, []pid.PID{p, next, next}, []pid.PID{got.Events[0].PID, got.Events[1].PID, got.Events[2].PID})
		require.Zero(l, got.Lost)
	})
}

func TestTrace_OfATypeCountsNoOthers(t *testing.T) {
	inLab(t, func(l *lab) {
		p := l.spawn("sink", sink)
		done := l.trace(l.Context(), inspect.Trace{PIDs: []pid.PID{p}, Type: "string", Limit: 2})
		ctx := runtime.NewContext(l.Context(), l.rt)
		for _, v := range []any{1, "a", 2, order{}, "b"} {
			require.NoError(l, runtime.Send(ctx, p, v))
		}
		got := <-done
		require.Len(l, got.Events, 2)
		require.Equal(l, "string", got.Events[1].Type)
		require.Zero(l, got.Lost)
		for _, q := range []inspect.Trace{{}, {New: true, Kinds: []inspect.TraceKind{"dance"}}, {Names: make([]string, 101)}} {
			require.ErrorIs(l, l.Trace(l.Context(), q, nil), inspect.ErrUnsupported)
		}
	})
}

func TestTrace_OfTooManyNewOnesSaysSo(t *testing.T) {
	inLab(t, func(l *lab) {
		missed := make(chan uint64, 1)
		go func() {
			var last uint64
			_ = l.Trace(l.Context(), inspect.Trace{New: true, Kinds: []inspect.TraceKind{inspect.TraceExited}, For: 10 * time.Second},
				func(e inspect.TraceEvents) error { last = e.Missed; return nil })
			missed <- last
		}()
		synctest.Wait()
		for range 1100 {
			l.spawn("", idle)
		}
		require.Equal(l, uint64(100), <-missed)
	})
}
