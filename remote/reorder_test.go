package remote_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

// One connection is held up while the other is not: what was sent later over the
// other arrives first, and every pair's signals, of all kinds, stay in order.
func TestProxy_SignalsOfDifferentPairsOvertake(t *testing.T) {
	all := book{}
	a := all.start(t, "a@test", remote.Config{})
	in := (&lab{T: t}).inbox(a, nil)
	var proxies [2]*proxy
	var nodes [2]*remote.Node
	for i, name := range []string{"b@test", "c@test"} {
		proxies[i] = newProxy(t, a.Addr().String())
		nodes[i] = book{"a@test": proxies[i].addr()}.start(t, name, remote.Config{})
		require.NoError(t, nodes[i].Connect(bounded(t), "a@test"))
	}
	for round := range 20 {
		slow, fast := round%2, 1-round%2
		proxies[slow].setDeaf(true)
		first := sendEveryKind(t, nodes[slow], in.pid)
		second := sendEveryKind(t, nodes[fast], in.pid)
		requireEveryKind(t, in, second)
		require.Empty(t, in.mail, "what was sent first is held up")
		proxies[slow].setDeaf(false)
		requireEveryKind(t, in, first)
	}
	for _, n := range nodes {
		require.Equal(t, []string{"a@test"}, n.Nodes())
		require.Equal(t, uint64(20*2*eachHalf), connOf(a, n.Name()).MessagesIn, "all over one connection")
	}
}

// eachHalf is how many messages go before, and how many behind, the exit signal of
// sendEveryKind.
const eachHalf = 50

// sendEveryKind has a new process send messages, an exit signal and more messages,
// and then end, being linked with the receiver.
func sendEveryKind(t *testing.T, n *remote.Node, to pid.PID) (from pid.PID) {
	t.Helper()
	run(t, n, func(ctx *runtime.Context) error {
		from = ctx.PID()
		require.NoError(t, ctx.Link(to))
		for i := range 2 * eachHalf {
			if i == eachHalf {
				require.NoError(t, ctx.Exit(to, signal.ShutdownReason("half")))
			}
			require.NoError(t, ctx.Send(to, i))
		}
		return nil
	})
	return from
}

// requireEveryKind requires that what comes next is what from has sent, in order.
func requireEveryKind(t *testing.T, in inbox, from pid.PID) {
	t.Helper()
	for i := range 2 * eachHalf {
		if i == eachHalf {
			require.Equal(t, signal.Exit{From: from, Reason: signal.ShutdownReason("half")}, in.next(t))
		}
		require.Equal(t, i, in.next(t))
	}
	require.Equal(t, signal.Exit{From: from, Reason: signal.Normal}, in.next(t))
}
