package inspect_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

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
			require.Equal(l, "received", got.Events[0].Kind)
			require.Equal(l, "int", got.Events[0].Type)
			require.Equal(l, "exited", got.Events[2].Kind)
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
