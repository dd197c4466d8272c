package genserver_test

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// handled is told of what servers have handled.
type handled struct {
	runtime.NopTracer
	mu  sync.Mutex
	all []runtime.Handled // guarded by mu
}

func (h *handled) Handled(e runtime.Handled) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, e)
}

func (h *handled) list() []runtime.Handled {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.all
}

func TestObserved_TellsWhatAServerHandlesHowLongAndWhy(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx *runtime.Context) {
		h := new(handled)
		defer ctx.Runtime().AddTracer(h)()
		broken := errors.New("broken")
		p := start(t, ctx, &script{
			call: func(*genserver.Context, genserver.From, any) (any, error) {
				<-time.After(3 * time.Nanosecond)
				return 1, broken
			},
			cast: func(*genserver.Context, any) error { <-time.After(4 * time.Nanosecond); return nil },
			info: func(*genserver.Context, any) error { <-time.After(5 * time.Nanosecond); panic("gone") },
		}, genserver.Options{})
		_, err := genserver.CallAs[int](ctx, p, 1)
		require.ErrorContains(t, err, "broken")
		_, err = genserver.GetStatistics(ctx, p) // is no message of the program
		require.NoError(t, err)
		require.NoError(t, genserver.Cast(ctx, p, 1))
		require.NoError(t, ctx.Send(p, 1))
		synctest.Wait()
		<-time.After(time.Second)
		all := h.list()
		require.Len(t, all, 3)
		want := []runtime.Handled{
			{Kind: runtime.SpanCall, Took: 3, Err: broken}, {Kind: runtime.SpanCast, Took: 4}, {Kind: runtime.SpanSend, Took: 5},
		}
		require.ErrorContains(t, all[2].Err, "not returned")
		want[2].Err = all[2].Err
		for i := range want {
			want[i].PID, want[i].Type, want[i].Waited = p, "*genserver_test.script", all[i].Waited
		}
		require.Equal(t, want, all)
	})
}

func TestObserved_KnowsOfSomeMessagesHowLongTheyHaveWaited(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx *runtime.Context) {
		h := new(handled)
		defer ctx.Runtime().AddTracer(h)()
		p := start(t, ctx, &script{info: func(*genserver.Context, any) error { return nil }}, genserver.Options{})
		require.NoError(t, genserver.Suspend(ctx, p))
		const n = 100 * runtime.WaitedSample // that none of them has a note is one in 10^44
		for range n {
			require.NoError(t, ctx.Send(p, 1))
		}
		<-time.After(time.Minute)
		require.NoError(t, genserver.Resume(ctx, p))
		synctest.Wait()
		require.Len(t, h.list(), n)
		known := 0
		for _, e := range h.list() {
			if e.Waited != 0 {
				known++
				require.Equal(t, time.Minute, e.Waited)
			}
		}
		require.Positive(t, known)
		require.Less(t, known, n/2)
	})
}
