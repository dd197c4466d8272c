package remote_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

// restless is the configuration of nodes that lose other programs and dial them again.
var restless = remote.Config{MinBackoff: time.Millisecond, MaxBackoff: 20 * time.Millisecond}

// watchful is that of nodes which notice that another program is silent. It may seem so
// early, on a machine with much else to do.
var watchful = remote.Config{
	MinBackoff: restless.MinBackoff, MaxBackoff: restless.MaxBackoff, HeartbeatInterval: 500 * time.Millisecond,
}

// receive receives a T within the time of a test.
func receive[T any](t testing.TB, ctx *runtime.Context) T {
	t.Helper()
	m, err := ctx.RecvMatchTimeout(func(m runtime.Message) bool { _, is := m.Value().(T); return is }, testTimeout)
	require.NoError(t, err)
	return m.Value().(T)
}

func TestPrograms_KilledOneIsNoticedAtOnce(t *testing.T) {
	all := book{}
	other := all.play(t, "echo", "other@test")
	n := all.start(t, "a@test", restless)
	run(t, n, func(ctx *runtime.Context) error {
		ctx.SetTrapExit(true)
		server, err := n.Whereis(ctx, pid.Name{Name: "echo", Node: "other@test"})
		require.NoError(t, err)
		n.MonitorNodes(ctx)
		ref := ctx.Monitor(server)
		require.NoError(t, ctx.Link(server))
		_, err = runtime.Call[note](ctx, server, note{1, "x"})
		require.NoError(t, err)

		other.kill(t) // long before a heartbeat is due
		require.Equal(t, signal.Down{Ref: ref, PID: server, Reason: signal.NoConnection}, receive[signal.Down](t, ctx))
		require.Equal(t, signal.Exit{From: server, Reason: signal.NoConnection}, receive[signal.Exit](t, ctx))
		down := receive[remote.NodeDown](t, ctx)
		require.Equal(t, "other@test", down.Node)
		require.Equal(t, remote.CauseLost, down.Cause)

		// Another start under the same name is another node.
		all.play(t, "echo", "other@test")
		up := pid.Name{Name: "echo", Node: "other@test"}
		var again pid.PID
		require.Eventually(t, func() bool {
			again, err = n.Whereis(ctx, up)
			return err == nil
		}, testTimeout, 10*time.Millisecond)
		require.NotEqual(t, server, again)
		require.ErrorIs(t, ctx.Send(server, "x"), runtime.ErrNoProc)
		v, err := runtime.Call[note](ctx, again, note{2, "y"})
		require.Equal(t, note{2, "y"}, v)
		return err
	})
}

// flood sends numbered notes to a name, each until it is accepted.
func flood(ctx *runtime.Context, to pid.Name, count int64) error {
	for i := range count {
		for ctx.SendNamed(to, note{i, "0123456789abcdef"}) != nil {
			<-time.After(time.Millisecond)
		}
	}
	for { // until the program ends: a cut may lose any of them
		_ = ctx.SendNamed(to, "done")
		if _, err := ctx.RecvTimeout(50 * time.Millisecond); !errors.Is(err, runtime.ErrTimeout) {
			return err
		}
	}
}

// sequence is what a process has seen of numbered notes.
type sequence struct {
	next      int64
	received  int
	gaps, ups int
	fault     string // the first that may not be
}

// follow receives numbered notes until "done", and calls each with the count of them.
// Only after a connection has come may numbers be missing; never may one come again or
// late.
func (s *sequence) follow(n *remote.Node, ready chan<- struct{}, each func(received int)) runtime.Body {
	return func(ctx *runtime.Context) error {
		n.MonitorNodes(ctx)
		close(ready)
		mayMiss := false
		for {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			switch v := m.Value().(type) {
			case remote.NodeUp:
				mayMiss = true
				s.ups++
			case note:
				switch {
				case v.Seq < s.next:
					s.fault = "a message came again, or late"
				case v.Seq > s.next && !mayMiss:
					s.fault = "a message is missing between two cuts"
				case v.Seq > s.next:
					s.gaps++
				}
				s.next, mayMiss = v.Seq+1, false
				s.received++
				each(s.received)
			case string:
				return nil
			}
		}
	}
}

// runFlood has another program send count notes through a proxy. As each arrives, fault
// may do something to the proxy: so it depends on no machine's speed what is done.
func runFlood(t *testing.T, count int, fault func(p *proxy, received int)) sequence {
	all := book{}
	n := all.start(t, "a@test", restless)
	p := newProxy(t, n.Addr().String())
	var s sequence
	ready := make(chan struct{})
	sinkPID, err := n.Runtime().SpawnOpt(runtime.SpawnOptions{Name: "sink"},
		s.follow(n, ready, func(received int) { fault(p, received) }))
	require.NoError(t, err)
	<-ready
	handle, _ := n.Runtime().Process(sinkPID)
	all.play(t, "flood", "flood@test", peerVariable+"=a@test="+p.addr(), sizeVariable+"="+strconv.Itoa(count))
	_, err = handle.Wait(bounded(t))
	require.NoError(t, err)
	require.Empty(t, s.fault)
	return s
}

func TestPrograms_MillionMessagesInOrder(t *testing.T) {
	const count = 1_000_000 / slowdown
	s := runFlood(t, count, func(*proxy, int) {})
	require.Equal(t, sequence{next: count, received: count, ups: 1}, s)
}

func TestPrograms_CutsLoseSuffixesOnly(t *testing.T) {
	const count, step = 300_000 / slowdown, 3000 / slowdown
	cuts := 0
	s := runFlood(t, count, func(p *proxy, received int) {
		switch received % (10 * step) {
		case 5 * step:
			p.setTrickle(true)
		case 5*step + step/10:
			p.setTrickle(false)
		}
		if received%step == 0 && p.cut() > 0 {
			cuts++
		}
	})
	t.Logf("%d cuts, %d connections, %d gaps, %d received", cuts, s.ups, s.gaps, s.received)
	require.Positive(t, cuts)
	require.LessOrEqual(t, s.gaps, s.ups)
}

func TestPrograms_HalfOpenConnectionIsGivenUp(t *testing.T) {
	all := book{}
	other := all.play(t, "echo", "other@test")
	p := newProxy(t, all["other@test"])
	all.enter("other@test", p.addr())
	n := all.start(t, "a@test", watchful)
	run(t, n, func(ctx *runtime.Context) error {
		n.MonitorNodes(ctx)
		ref := ctx.Monitor(other.pid)
		require.Equal(t, "other@test", receive[remote.NodeUp](t, ctx).Node)
		p.setDeaf(true)
		require.Equal(t, signal.Down{Ref: ref, PID: other.pid, Reason: signal.NoConnection}, receive[signal.Down](t, ctx))
		p.setDeaf(false)
		p.cut()
		require.Eventually(t, func() bool {
			_, err := runtime.Call[note](ctx, other.pid, note{1, "x"})
			return err == nil
		}, testTimeout, 10*time.Millisecond)
		return nil
	})
}
