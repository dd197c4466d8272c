package remote_test

import (
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/runtime"
)

// stream makes n send its peer v messages for ever.
func stream(l *lab, n *remote.Node) {
	id, err := pid.NewNodeID("villain@test", 666)
	require.NoError(l, err)
	l.spawn(n, func(ctx *runtime.Context) error {
		for {
			if err := ctx.SendRaw(pid.New(id, 1), make([]byte, 60<<10)); err != nil {
				return err
			}
		}
	})
}

// A peer that takes little at a time takes something.
func TestStall_SlowPeerIsNotStalled(t *testing.T) {
	inLab(t, func(l *lab) {
		n := l.node("fort@test", func(c *remote.Config) { c.Cookie, c.StallTimeout = villainCookie, 10*time.Second })
		v := l.villain(n)
		stream(l, n)
		few := make([]byte, 100)
		for range 100 {
			_, err := io.ReadFull(v, few)
			require.NoError(l, err)
			v.send(wire.AppendPing(nil, wire.Pong, 0)) // a sign of life
			after(6 * time.Second)
		}
		require.Len(l, n.Nodes(), 1)
	})
}

// Time in which the program was stopped does not count, however long.
func TestStall_ProgramThatWasStoppedForgives(t *testing.T) {
	inLab(t, func(l *lab) {
		n := l.node("fort@test", func(c *remote.Config) { c.Cookie, c.StallTimeout = villainCookie, 20*time.Second })
		v := l.villain(n)
		stream(l, n)
		begun := time.Now()
		for range 15 {
			after(time.Second)
			v.send(wire.AppendPing(nil, wire.Pong, 0))
			remote.StopProgram(n, "villain@test", time.Hour)
		}
		require.Len(l, n.Nodes(), 1)
		for len(n.Nodes()) > 0 {
			_, _ = v.Write(wire.AppendPing(nil, wire.Pong, 0))
			after(time.Second)
		}
		require.Less(l, time.Since(begun), 30*time.Second, "it is stalled all the same")
	})
}

func TestHeartbeat_ForgivesForAWholeIntervalAfterAStop(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		l.connect(a, b)
		const interval = remote.DefaultHeartbeatInterval
		for part := range 100 {
			require.True(l, remote.ForgivesAfter(a, "b@test", interval*time.Duration(part)/100), "%d %%", part)
		}
	})
}

func TestBackoff_NudgeEndsItAndPinsNothing(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		l.connect(a, b)
		require.NoError(l, b.Close(bounded(l)))
		after(10 * time.Minute)
		l.node("b@test")
		begun := time.Now()
		a.Nudge("b@test")
		for len(a.Nodes()) == 0 {
			after(time.Millisecond)
		}
		require.Less(l, time.Since(begun), 10*time.Millisecond)

		c := l.node("c@test")
		name := pid.Name{Name: "x", Node: "c@test"}
		require.NoError(l, c.Close(bounded(l)))
		require.NoError(l, a.Runtime().SendNamed(bounded(l), name, 1))
		synctest.Wait()
		require.ErrorIs(l, a.Runtime().SendNamed(bounded(l), name, 1), remote.ErrBackoff)
		l.node("c@test")
		a.Nudge("c@test")
		require.NoError(l, a.Runtime().SendNamed(bounded(l), name, 1))
		after(10 * time.Minute)
		require.Equal(l, []string{"b@test"}, a.Nodes(), "c was not pinned")
	})
}

func TestBackoff_AfterALongPartitionNodesAreSoonConnected(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		l.connect(a, b)
		l.net.Partition([]string{"a@test"})
		after(10 * time.Minute)
		l.net.Heal()
		begun := time.Now()
		for len(a.Nodes()) == 0 {
			after(100 * time.Millisecond)
		}
		require.LessOrEqual(l, time.Since(begun), remote.DefaultMaxBackoff)
	})
}
