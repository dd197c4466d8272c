package remote_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

// TestBatch_KeepsOrderAndLosesNothing: a flood of all that has an order, so that the
// reader finds hundreds of frames at once: messages to several processes in runs of any
// length, one of which has room for three only and one of which is gone; and between
// them messages to a name, bytes, and exit signals.
func TestBatch_KeepsOrderAndLosesNothing(t *testing.T) {
	inLab(t, func(l *lab) {
		slow := &slowNet{}
		a := l.node("a@test", func(c *remote.Config) { slow.Transport, c.Transport = c.Transport, slow })
		b := l.node("b@test")
		receivers := []inbox{l.inbox(b, nil), l.inbox(b, nil), l.narrowInbox(b)}
		require.NoError(l, b.Runtime().Register("first", receivers[0].pid))
		gone := pid.New(b.Runtime().Node().ID(), 12345)
		l.connect(a, b)

		random := rand.New(rand.NewPCG(1, 2))
		want := make([][]any, len(receivers))
		lost := 0
		gate := make(chan struct{})
		slow.gate.Store(&gate)
		l.run(a, func(ctx *runtime.Context) error {
			for i := 0; i < 5000; {
				to := random.IntN(len(receivers) + 1)
				for range 1 + random.IntN(1+random.IntN(1000)) {
					i++
					if to == len(receivers) {
						lost++
						require.NoError(l, ctx.Send(gone, i))
						continue
					}
					want[to] = append(want[to], sendSome(l, ctx, random, receivers[to].pid, to == 0, i))
				}
			}
			return nil
		})
		close(gate)
		for i, in := range receivers {
			require.Equal(l, want[i], in.all())
		}
		require.EqualValues(l, lost, connOf(b, "a@test").Dropped)
	})
}

// sendSome sends i in some form and returns what is to arrive.
func sendSome(l *lab, ctx *runtime.Context, random *rand.Rand, to pid.PID, named bool, i int) any {
	switch n := random.IntN(200); {
	case n == 0:
		reason := signal.Shutdown
		require.NoError(l, ctx.Exit(to, reason))
		return signal.Exit{From: ctx.PID(), Reason: reason}
	case n == 1:
		require.NoError(l, ctx.SendRaw(to, []byte{byte(i)}))
		return []byte{byte(i)}
	case n == 2 && named:
		require.NoError(l, ctx.SendNamed(pid.Name{Name: "first", Node: "b@test"}, i))
	default:
		require.NoError(l, ctx.Send(to, i))
	}
	return i
}

// narrowInbox is an inbox whose mailbox has room for three messages, and makes their
// senders wait.
func (l *lab) narrowInbox(n *remote.Node) inbox {
	in := inbox{mail: make(chan any, 1<<16)}
	var err error
	in.pid, err = n.Runtime().SpawnOpt(runtime.SpawnOptions{
		TrapExit: true, Mailbox: runtime.MailboxOptions{Capacity: 3, Policy: mailbox.Block},
	}, func(ctx *runtime.Context) error {
		for {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			in.mail <- m.Value()
		}
	})
	require.NoError(l, err)
	return in
}
