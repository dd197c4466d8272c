package statem_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/statem"
)

type traceKey struct{}

type trace struct{}

func (trace) Inject(ctx context.Context, carried map[string]string) {
	if id, ok := ctx.Value(traceKey{}).(string); ok {
		carried["trace"] = id
	}
}

func (trace) Extract(ctx context.Context, carried map[string]string) context.Context {
	return context.WithValue(ctx, traceKey{}, carried["trace"])
}

// The context of a state's function is the event's: deadline and values of calls, also
// of ones that were postponed, values of casts and messages.
func TestContext_IsTheEvents(t *testing.T) {
	note := func(c *ctx) {
		id, _ := c.Value(traceKey{}).(string)
		if _, bounded := c.Deadline(); bounded {
			id += " bounded"
		}
		c.Data = append(c.Data, id)
	}
	m := machine{Initial: "a", States: map[string]state{
		"a": {Handle: func(c *ctx, ev statem.Event) (string, error) {
			if ev.Content == "b" {
				return "b", nil
			}
			if ev.Kind == statem.Call {
				c.Postpone()
				return "a", nil
			}
			note(c)
			return "a", nil
		}},
		"b": {Handle: func(c *ctx, ev statem.Event) (string, error) {
			note(c)
			c.Reply(ev.From, c.Data)
			return "b", nil
		}},
	}}
	play(t, m, func(w *world) {
		require.NoError(w, genserver.SetPropagator(w.ctx.Runtime(), trace{}))
		with := func(id string) context.Context { return context.WithValue(w.ctx, traceKey{}, id) }
		require.NoError(w, genserver.Cast(with("1"), w.m, 1))
		require.NoError(w, runtime.Send(with("2"), w.m, 1))
		_, err := w.ctx.SendAfter(w.m, time.Second, "b")
		require.NoError(w, err)
		bound, cancel := context.WithTimeout(with("3"), time.Minute)
		defer cancel()
		got, err := genserver.CallAs[[]string](bound, w.m, 1)
		require.NoError(w, err)
		require.Equal(w, []string{"1", "2", "3 bounded"}, got)
	})
}

// Data that a function has changed before it panics is what Terminate sees.
func TestContext_OfACallHasTheMachinesData(t *testing.T) {
	var seen []string
	m := machine{
		Default: state{Handle: func(c *ctx, ev statem.Event) (string, error) {
			c.Data = append(c.Data, "changed")
			if ev.Content == "panic" {
				panic("boom")
			}
			c.Reply(ev.From, len(c.Data))
			return "", nil
		}},
		Terminate: func(c *ctx, _ signal.ExitReason) { seen = c.Data },
	}
	play(t, m, func(w *world) {
		for i := range 3 {
			n, err := genserver.CallAs[int](w.ctx, w.m, 1)
			require.NoError(w, err)
			require.Equal(w, i+1, n)
		}
		_, err := genserver.CallAs[int](w.ctx, w.m, "panic")
		require.Error(w, err)
		require.Len(w, seen, 4)
	})
}

// The reply of a machine that stops comes when its name is free.
func TestStop_NameIsFreeAfterTheReply(t *testing.T) {
	m := machine{Default: state{Handle: func(c *ctx, ev statem.Event) (string, error) {
		c.Reply(ev.From, "bye")
		c.Stop(signal.Normal)
		return "", nil
	}}}
	inWorld(t, genserver.Options{}, idle, func(w *world) {
		for range 1000 {
			p, err := statem.Start(w.ctx, m, genserver.Options{Name: "machine"})
			require.NoError(t, err)
			got, err := genserver.CallAs[string](w.ctx, p, 1)
			require.NoError(t, err)
			require.Equal(t, "bye", got)
		}
	})
}
