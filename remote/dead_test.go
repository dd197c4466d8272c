package remote_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

// life connects two nodes by all that may hold on to something: a link, a monitor, a call
// without an end, a name, a timer, mail in the mailbox, mail for which the mailbox has no
// room, mail under way. Then it ends them, in one of three ways.
func life(l *lab, a, b *remote.Node, round int) {
	busy, err := b.Runtime().SpawnOpt(runtime.SpawnOptions{
		Name: "busy", Mailbox: runtime.MailboxOptions{Capacity: 4},
	}, idle)
	require.NoError(l, err)
	in := l.inbox(a, func(ctx *runtime.Context) {
		require.NoError(l, ctx.Register("client"))
		ctx.Monitor(busy)
		require.NoError(l, ctx.Link(busy))
		for range 20 {
			require.NoError(l, ctx.Send(busy, make([]byte, 8<<10)))
		}
		_, err := ctx.SendAfter(busy, time.Hour, make([]byte, 8<<10))
		require.NoError(l, err)
	})
	l.spawn(a, func(ctx *runtime.Context) error {
		_, err := runtime.CallTimeout[int](ctx, busy, make([]byte, 8<<10), 24*time.Hour)
		return err
	})
	synctest.Wait()
	switch round % 3 {
	case 0:
		require.NotZero(l, l.net.Cut(a.Name(), b.Name()))
	case 1:
		require.NoError(l, a.Runtime().Exit(busy, signal.Kill))
	case 2:
		_, err := a.Disconnect(bounded(l), b.Name())
		require.NoError(l, err)
	}
	after(time.Minute)
	require.Zero(l, b.Runtime().Len(), "the link has ended it, behind its full mailbox")
	require.NoError(l, a.Runtime().Exit(in.pid, signal.Kill))
	after(time.Minute)
	require.Zero(l, a.Runtime().Len())
}

// Relations, calls, names and mail of connections that are lost and made anew: held on to,
// this mail would take 50 MB.
func TestDead_ReconnectsLeaveNothing(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		for round := range 6 {
			life(l, a, b, round)
		}
		before := heapBytes()
		for round := range 300 {
			life(l, a, b, round)
		}
		require.Less(l, heapBytes(), before+(8<<20))
	})
}
