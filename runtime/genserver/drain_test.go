package genserver_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// drains are the ways in which a handler takes all that is in its mailbox for a while.
var drains = map[string]func(ctx *genserver.Context, seen func(any)) error{
	"Recv, its own timer last": func(ctx *genserver.Context, seen func(any)) error {
		ref := ctx.StartTimer(5 * time.Second)
		for {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			if t, ok := m.Value().(signal.Timeout); ok && t.Ref == ref {
				return nil
			}
			seen(m.Value())
		}
	},
	"Receive": func(ctx *genserver.Context, seen func(any)) error {
		ref := ctx.StartTimer(5 * time.Second)
		for {
			t, err := runtime.Receive[signal.Timeout](ctx)
			if err != nil || t.Ref == ref {
				return err
			}
			seen(t)
		}
	},
	"TryRecv, again and again": func(ctx *genserver.Context, seen func(any)) error {
		for range 50 {
			<-time.After(100 * time.Millisecond)
			m, err := ctx.TryRecv()
			if err == nil {
				seen(m.Value())
			}
		}
		return nil
	},
	"RecvTimeout": func(ctx *genserver.Context, seen func(any)) error {
		m, err := ctx.RecvTimeout(5 * time.Second)
		if err == nil {
			seen(m.Value())
		}
		if !errors.Is(err, runtime.ErrTimeout) {
			return err
		}
		return nil
	},
}

// The loop's own times are no messages: a handler that receives gets nothing that nobody
// has sent, and the server's timeout and hibernation work afterwards.
func TestDrain_LeavesTheLoopsTimesAlone(t *testing.T) {
	for name, drain := range drains {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, ctx *runtime.Context) {
				var strange, timeouts atomic.Int64
				p := start(t, ctx, &script{
					cast: func(c *genserver.Context, msg any) error {
						if msg == "warm up" {
							c.SetTimeout(time.Second)
							return nil
						}
						if err := drain(c, func(any) { strange.Add(1) }); err != nil {
							return err
						}
						c.SetTimeout(time.Second)
						return nil
					},
					due: func(*genserver.Context) error { timeouts.Add(1); return nil },
				}, genserver.Options{HibernateAfter: 2 * time.Second})
				require.NoError(t, genserver.Cast(ctx, p, "warm up")) // the alarm is set
				synctest.Wait()
				require.NoError(t, genserver.Cast(ctx, p, "work")) // and rings meanwhile
				pass(time.Minute)
				synctest.Wait()
				require.True(t, ctx.IsAlive(p))
				require.Zero(t, strange.Load())
				require.EqualValues(t, 1, timeouts.Load())
				require.True(t, sleeps(t, ctx, p))
			})
		})
	}
}
