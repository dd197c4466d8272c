package runtime_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// bounded starts a process with room for two messages, which receives once it is
// told to and hands on what it got.
func bounded(t *testing.T, rt *runtime.Runtime, m runtime.MailboxOptions) (h runtime.ProcessHandle, tell func() []any) {
	t.Helper()
	m.Capacity = 2
	told, got := make(chan struct{}), make(chan []any)
	h = spawnOpt(t, rt, runtime.SpawnOptions{TrapExit: true, Mailbox: m}, func(ctx *runtime.Context) error {
		for {
			select {
			case <-told:
				got <- drain(ctx)
			case <-ctx.Done():
				return nil
			}
		}
	})
	return h, func() []any { told <- struct{}{}; return <-got }
}

// drain receives all that is there, answers what is a call, and returns the values.
func drain(ctx *runtime.Context) (all []any) {
	for {
		m, err := ctx.TryRecv()
		if err != nil {
			return all
		}
		if from, ok := m.From(); ok {
			_ = ctx.Reply(from, m.Value())
		}
		all = append(all, m.Value())
	}
}

func TestFullMailbox_Reject(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		h, tell := bounded(t, rt, runtime.MailboxOptions{Policy: mailbox.Reject})
		within(t, rt, func(ctx *runtime.Context) error {
			require.NoError(t, ctx.Send(h.PID(), 1))
			require.NoError(t, ctx.SendRaw(h.PID(), []byte("2")))
			for _, err := range []error{
				ctx.Send(h.PID(), 3), ctx.SendRaw(h.PID(), []byte("3")), h.Send(ctx, 3), rt.Send(ctx, h.PID(), 3),
			} {
				require.ErrorIs(t, err, runtime.ErrMailboxFull)
			}
			_, err := runtime.Call[any](ctx, h.PID(), 3)
			require.ErrorIs(t, err, runtime.ErrMailboxFull)
			require.Zero(t, h.Holdings().Watchers)
			require.NoError(t, ctx.Exit(h.PID(), signal.Shutdown), "an exit is never refused")
			require.Equal(t, []any{1, []byte("2"), signal.Exit{From: ctx.PID(), Reason: signal.Shutdown}}, tell())
			require.NoError(t, ctx.Send(h.PID(), 4), "there is room again")
			require.Equal(t, []any{4}, tell())
			return nil
		})
		h.Exit(signal.Kill)
	})
}

func TestFullMailbox_DropNewest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		var dropped []any
		h, tell := bounded(t, rt, runtime.MailboxOptions{
			Policy: mailbox.DropNewest, OnDrop: func(m runtime.Message) { dropped = append(dropped, m.Value()) },
		})
		within(t, rt, func(ctx *runtime.Context) error {
			for i := range 4 {
				require.NoError(t, ctx.Send(h.PID(), i))
			}
			_, err := runtime.Call[any](ctx, h.PID(), "call")
			require.ErrorIs(t, err, runtime.ErrMailboxFull)
			require.NoError(t, ctx.Exit(h.PID(), signal.Shutdown))
			require.Equal(t, []any{2, 3, "call"}, dropped)
			require.Equal(t, []any{0, 1, signal.Exit{From: ctx.PID(), Reason: signal.Shutdown}}, tell())
			return nil
		})
		h.Exit(signal.Kill)
	})
}

func TestFullMailbox_DropOldest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		var dropped []any
		h, tell := bounded(t, rt, runtime.MailboxOptions{
			Policy: mailbox.DropOldest, OnDrop: func(m runtime.Message) { dropped = append(dropped, m.Value()) },
		})
		within(t, rt, func(ctx *runtime.Context) error {
			require.NoError(t, ctx.Exit(h.PID(), signal.Shutdown))
			caller := spawn(t, rt, func(ctx *runtime.Context) error {
				_, err := runtime.Call[any](ctx, h.PID(), "call")
				require.ErrorIs(t, err, runtime.ErrMailboxFull)
				return nil
			})
			synctest.Wait()
			for i := range 4 {
				require.NoError(t, ctx.Send(h.PID(), i))
			}
			require.Equal(t, signal.Normal, await(t, caller))
			require.Equal(t, []any{"call", 0, 1}, dropped)
			require.Zero(t, h.Holdings().Watchers)
			require.Equal(t, []any{signal.Exit{From: ctx.PID(), Reason: signal.Shutdown}, 2, 3}, tell())
			return nil
		})
		h.Exit(signal.Kill)
	})
}

func TestFullMailbox_BlockWaitsForRoomInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		h, tell := bounded(t, rt, runtime.MailboxOptions{Policy: mailbox.Block})
		var all []any
		sender := spawn(t, rt, func(ctx *runtime.Context) error {
			for i := range 6 {
				must(t, ctx.Send(h.PID(), i))
			}
			return nil
		})
		synctest.Wait()
		require.Equal(t, 2, h.Info().QueueLen)
		h.Exit(signal.Shutdown) // does not wait
		for !slices.Contains(all, any(5)) {
			all = append(all, tell()...)
			synctest.Wait()
		}
		require.Equal(t, signal.Normal, await(t, sender))
		all = slices.DeleteFunc(all, func(v any) bool { _, is := v.(signal.Exit); return is })
		require.Equal(t, []any{0, 1, 2, 3, 4, 5}, all)
		h.Exit(signal.Kill)
	})
}

// Whatever ends the sender's wait, nothing of it is queued later.
func TestFullMailbox_BlockedSenderGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		h, tell := bounded(t, rt, runtime.MailboxOptions{Policy: mailbox.Block})
		require.NoError(t, h.Send(context.Background(), 1))
		require.NoError(t, h.Send(context.Background(), 2))

		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		require.ErrorIs(t, h.Send(ctx, "in vain"), context.DeadlineExceeded)
		killed := spawn(t, rt, func(ctx *runtime.Context) error {
			err := ctx.Send(h.PID(), "in vain")
			require.Error(t, err)
			return err
		})
		synctest.Wait()
		killed.Exit(signal.Kill)
		require.Equal(t, signal.Killed, await(t, killed))
		synctest.Wait()
		require.Zero(t, rt.ZombieCount())
		require.Equal(t, []any{1, 2}, tell())
		h.Exit(signal.Kill)
	})
}

func TestFullMailbox_DeathOfTheReceiverEndsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		h, _ := bounded(t, rt, runtime.MailboxOptions{Policy: mailbox.Block})
		sender := spawn(t, rt, func(ctx *runtime.Context) error {
			for i := range 2 {
				must(t, ctx.Send(h.PID(), i))
			}
			require.ErrorIs(t, ctx.Send(h.PID(), 2), runtime.ErrNoProc)
			return nil
		})
		synctest.Wait()
		h.Exit(signal.Kill)
		require.Equal(t, signal.Normal, await(t, sender))
	})
}

func TestFullMailbox_CallGivesUpWaitingForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		h, tell := bounded(t, rt, runtime.MailboxOptions{Policy: mailbox.Block})
		require.NoError(t, h.Send(context.Background(), 1))
		require.NoError(t, h.Send(context.Background(), 2))
		within(t, rt, func(ctx *runtime.Context) error {
			begin := time.Now()
			_, err := runtime.CallTimeout[any](ctx, h.PID(), "in vain", time.Second)
			require.ErrorIs(t, err, runtime.ErrTimeout)
			bound, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			_, err = runtime.Call[any](bound, h.PID(), "in vain")
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Equal(t, 2*time.Second, time.Since(begin))
			require.Zero(t, h.Holdings().Watchers)
			require.Equal(t, []any{1, 2}, tell())
			return nil
		})
		h.Exit(signal.Kill)
	})
}

func TestFullMailbox_CallWaitingForRoomLearnsWhyTheCalleeDied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := startWith(t, runtime.Config{})
		h, _ := bounded(t, rt, runtime.MailboxOptions{Policy: mailbox.Block})
		require.NoError(t, h.Send(context.Background(), 1))
		require.NoError(t, h.Send(context.Background(), 2))
		caller := spawn(t, rt, func(ctx *runtime.Context) error {
			_, err := runtime.CallTimeout[any](ctx, h.PID(), 3, time.Second)
			require.ErrorIs(t, err, signal.Killed)
			return nil
		})
		synctest.Wait()
		h.Exit(signal.Kill)
		require.Equal(t, signal.Normal, await(t, caller))
	})
}
