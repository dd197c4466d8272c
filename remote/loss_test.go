package remote_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

// entangled are processes on two nodes with every relation, and what each is to
// receive when they lose each other.
type entangled struct {
	in   [3]inbox
	want [3][]any
}

func entangle(l *lab, a, b *remote.Node) (e entangled) {
	atB := l.inbox(b, nil)
	require.NoError(l, b.Runtime().Register("b", atB.pid))
	name := pid.Name{Name: "b", Node: b.Name()}
	var byPID, byName, back pid.Ref
	atA := l.inbox(a, func(ctx *runtime.Context) {
		require.NoError(l, ctx.Link(atB.pid))
		byPID, byName = ctx.Monitor(atB.pid), ctx.MonitorNamed(name)
	})
	third := l.inbox(b, func(ctx *runtime.Context) { back = ctx.Monitor(atA.pid) })
	lost := signal.NoConnection
	return entangled{[3]inbox{atA, atB, third}, [3][]any{{
		signal.Exit{From: atB.pid, Reason: lost},
		signal.Down{Ref: byPID, PID: atB.pid, Reason: lost},
		signal.Down{Ref: byName, Name: name, Reason: lost},
	}, {
		signal.Exit{From: atA.pid, Reason: lost},
	}, {
		signal.Down{Ref: back, PID: atA.pid, Reason: lost},
	}}}
}

// requireClean checks that nothing of a relation is left in a process.
func requireClean(l *lab, n *remote.Node, p pid.PID) {
	l.Helper()
	s, ok := n.Runtime().Info(p)
	require.True(l, ok)
	require.Empty(l, s.Links)
	require.Empty(l, s.Monitors)
	require.Empty(l, s.MonitoredBy)
}

func TestLoss_EachRelationFiresOnceOnBothSides(t *testing.T) {
	for name, lose := range map[string]func(l *lab, a, b *remote.Node){
		"cut":          func(l *lab, a, b *remote.Node) { l.net.Cut("a@test", "b@test") },
		"disconnect":   func(l *lab, a, b *remote.Node) { _, _ = a.Disconnect(bounded(l), "b@test") },
		"close":        func(l *lab, a, b *remote.Node) { require.NoError(l, b.Close(bounded(l))) },
		"partition":    func(l *lab, a, b *remote.Node) { l.net.Partition([]string{"a@test"}); after(15 * time.Second) },
		"both at once": func(l *lab, a, b *remote.Node) { go a.Close(bounded(l)); _ = b.Close(bounded(l)) },
	} {
		t.Run(name, func(t *testing.T) {
			inLab(t, func(l *lab) {
				a, b := l.node("a@test"), l.node("b@test")
				e := entangle(l, a, b)
				for _, in := range e.in {
					require.Empty(l, in.all())
				}
				lose(l, a, b)
				for i, in := range e.in {
					require.ElementsMatch(l, e.want[i], in.all())
				}
				requireClean(l, a, e.in[0].pid)
				requireClean(l, b, e.in[1].pid)
				requireClean(l, b, e.in[2].pid)
				require.Empty(l, a.Nodes())
				l.net.Heal()
				after(time.Minute)
				for _, in := range e.in {
					require.Empty(l, in.all(), "nothing comes back")
				}
			})
		})
	}
}

func TestLoss_CallFailsAtOnce(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		server := l.inbox(b, nil)
		l.connect(a, b)
		done := make(chan error, 1)
		caller := l.spawn(a, func(ctx *runtime.Context) error {
			_, err := runtime.CallTimeout[int](ctx, server.pid, 1, time.Hour)
			done <- err
			return idle(ctx)
		})
		require.Equal(l, []any{1}, server.all())
		l.net.Cut("a@test", "b@test")
		require.ErrorIs(l, <-done, remote.ErrNoConnection)
		requireClean(l, a, caller)
		_ = server.all()
		requireClean(l, b, server.pid)
	})
}

func TestLoss_FrozenPeerIsNoticedWithinTwoIntervals(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		l.connect(a, b)
		after(time.Minute)
		require.Equal(l, []string{"b@test"}, a.Nodes(), "an idle connection stays")
		watch := l.inbox(a, func(ctx *runtime.Context) { a.MonitorNodes(ctx) })
		l.net.Partition([]string{"a@test"}, []string{"b@test"})
		begun := time.Now()
		down := (<-watch.mail).(remote.NodeDown)
		require.Equal(l, remote.CauseSilent, down.Cause)
		require.LessOrEqual(l, time.Since(begun), 2*remote.DefaultHeartbeatInterval)
	})
}

func TestLoss_NodesThatAreWantedComeBack(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		l.connect(a, b)
		watch := l.inbox(a, func(ctx *runtime.Context) {
			require.Equal(l, []string{"b@test"}, a.MonitorNodes(ctx))
		})
		l.net.Partition([]string{"a@test"}, []string{"b@test"})
		after(time.Minute)
		require.Empty(l, a.Nodes())
		l.net.Heal()
		after(remote.DefaultMaxBackoff + remote.DefaultConnectTimeout)
		require.Equal(l, []string{"b@test"}, a.Nodes())
		got := watch.all()
		require.Len(l, got, 2)
		require.IsType(l, remote.NodeDown{}, got[0])
		require.Equal(l, remote.NodeUp{Node: "b@test", Creation: b.Runtime().Node().Creation()}, got[1])

		was, err := a.Disconnect(bounded(l), "b@test")
		require.NoError(l, err)
		require.True(l, was)
		after(time.Hour)
		require.Empty(l, a.Nodes(), "after Disconnect it is not dialled again")
		was, err = a.Disconnect(bounded(l), "b@test")
		require.NoError(l, err)
		require.False(l, was)
	})
}

func TestLoss_OldSignalsComeBeforeThoseOfTheNextConnection(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		for range 20 {
			atA := l.inbox(a, nil)
			sender := l.spawn(b, func(ctx *runtime.Context) error {
				ctx.SetTrapExit(true)
				require.NoError(l, ctx.Link(atA.pid))
				_, err := ctx.Recv() // the link is gone
				require.NoError(l, err)
				for ctx.Send(atA.pid, "next") != nil {
					<-time.After(time.Second)
				}
				return idle(ctx)
			})
			require.Empty(l, atA.all())
			require.Equal(l, 1, l.net.Cut("a@test", "b@test"))
			after(time.Minute)
			require.Equal(l, []any{signal.Exit{From: sender, Reason: signal.NoConnection}, "next"}, atA.all())
		}
	})
}
