package task_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/task"
)

// squarer is a server that answers a call when its task has ended.
type squarer struct{ waiting map[pid.Ref]genserver.From }

func (s *squarer) HandleCall(ctx *genserver.Context, from genserver.From, req any) (any, error) {
	n := req.(int)
	_, ref, err := task.AsyncMessage(ctx, func(*runtime.Context) (int, error) {
		if n < 0 {
			panic("negative")
		}
		return n * n, nil
	})
	s.waiting[ref] = from
	return genserver.NoReply, err
}

func (s *squarer) HandleInfo(ctx *genserver.Context, msg any) error {
	r, ok := msg.(task.Result[int])
	if !ok {
		return genserver.ErrUnhandled
	}
	from := s.waiting[r.Ref]
	delete(s.waiting, r.Ref)
	if r.Err != nil {
		return from.ReplyError(ctx, r.Err)
	}
	return from.Reply(ctx, r.Value)
}

func TestAsyncMessage_ServerGetsTheResultInHandleInfo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := runtime.MustNew(runtime.Config{Logger: slog.New(slog.DiscardHandler)})
		require.NoError(t, rt.Run(t.Context(), func(ctx *runtime.Context) error {
			p, err := genserver.StartLink(ctx, &squarer{map[pid.Ref]genserver.From{}}, genserver.Options{})
			require.NoError(t, err)
			n, err := genserver.CallAs[int](ctx, p, 7)
			require.NoError(t, err)
			require.Equal(t, 49, n)
			_, err = genserver.CallAs[int](ctx, p, -1)
			require.ErrorContains(t, err, "panic: negative")
			return genserver.Stop(ctx, p, signal.Normal)
		}))
		require.NoError(t, rt.Shutdown(t.Context()))
	})
}

// Whatever the bound of the mailbox: a result that was lost would be waited for for ever.
func TestAsyncMessage_ComesIntoAFullMailbox(t *testing.T) {
	for _, policy := range []mailbox.Policy{mailbox.Block, mailbox.Reject, mailbox.DropNewest, mailbox.DropOldest} {
		synctest.Test(t, func(t *testing.T) {
			rt := runtime.MustNew(runtime.Config{Logger: slog.New(slog.DiscardHandler)})
			opts := runtime.SpawnOptions{Mailbox: runtime.MailboxOptions{Capacity: 1, Policy: policy}}
			done := make(chan struct{})
			_, err := rt.SpawnOpt(opts, func(ctx *runtime.Context) error {
				defer close(done)
				require.NoError(t, ctx.Send(ctx.PID(), "full"))
				refs := map[pid.Ref]bool{}
				for range 3 {
					_, ref, err := task.AsyncMessage(ctx, func(*runtime.Context) (string, error) { return "", errors.New("boom") })
					require.NoError(t, err)
					refs[ref] = true
				}
				synctest.Wait()
				for range 3 {
					r, err := runtime.Receive[task.Result[string]](ctx)
					require.NoError(t, err)
					require.EqualError(t, r.Err, "boom")
					require.True(t, refs[r.Ref])
					delete(refs, r.Ref)
				}
				return nil
			})
			require.NoError(t, err)
			<-done
			require.NoError(t, rt.Shutdown(t.Context()))
		})
	}
}

func TestAsyncMessage_TaskEndsWithItsOwnerAndNotWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := runtime.MustNew(runtime.Config{Logger: slog.New(slog.DiscardHandler)})
		var stopped *task.Task[int]
		require.NoError(t, rt.Run(t.Context(), func(ctx *runtime.Context) error {
			request, cancel := context.WithCancel(ctx)
			wait := func(ctx *runtime.Context) (int, error) {
				_, err := ctx.Recv()
				return 0, err
			}
			one, ref, err := task.AsyncMessage(request, wait)
			require.NoError(t, err)
			cancel()
			synctest.Wait()
			_, ended, _ := one.Poll()
			require.False(t, ended)
			require.NoError(t, one.Stop(ctx))
			r, err := runtime.Receive[task.Result[int]](ctx)
			require.NoError(t, err)
			require.Equal(t, ref, r.Ref)
			require.ErrorIs(t, r.Err, signal.Shutdown)
			stopped, _, err = task.AsyncMessage(request, wait)
			return err
		}))
		synctest.Wait()
		_, ended, err := stopped.Poll()
		require.True(t, ended)
		require.Error(t, err)
		_, _, err = task.AsyncMessage(t.Context(), func(*runtime.Context) (int, error) { return 0, nil })
		require.ErrorIs(t, err, runtime.ErrNotInProcess)
		require.NoError(t, rt.Shutdown(t.Context()))
	})
}
