package remote_test

import (
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

// watcherConfig is that of nodes that watch other programs die.
var watcherConfig = remote.Config{
	HeartbeatInterval: roleHeartbeat, MinBackoff: time.Millisecond, MaxBackoff: 20 * time.Millisecond,
	CloseTimeout: time.Second,
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
	n := all.start(t, "a@test", watcherConfig)
	run(t, n, func(ctx *runtime.Context) error {
		ctx.SetTrapExit(true)
		server, err := n.Whereis(ctx, pid.Name{Name: "echo", Node: "other@test"})
		require.NoError(t, err)
		n.MonitorNodes(ctx)
		ref := ctx.Monitor(server)
		require.NoError(t, ctx.Link(server))
		_, err = runtime.Call[note](ctx, server, note{1, "x"})
		require.NoError(t, err)

		begun := time.Now()
		other.kill(t)
		require.Equal(t, signal.Down{Ref: ref, PID: server, Reason: signal.NoConnection}, receive[signal.Down](t, ctx))
		require.Equal(t, signal.Exit{From: server, Reason: signal.NoConnection}, receive[signal.Exit](t, ctx))
		require.Equal(t, "other@test", receive[remote.NodeDown](t, ctx).Node)
		require.Less(t, time.Since(begun), 2*time.Second)

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

func TestPrograms_StoppedOneIsNoticedAndComesBack(t *testing.T) {
	all := book{}
	other := all.play(t, "echo", "other@test")
	n := all.start(t, "a@test", watcherConfig)
	run(t, n, func(ctx *runtime.Context) error {
		server, err := n.Whereis(ctx, pid.Name{Name: "echo", Node: "other@test"})
		require.NoError(t, err)
		n.MonitorNodes(ctx)
		ctx.Monitor(server)
		require.NoError(t, other.cmd.Process.Signal(syscall.SIGSTOP))
		down := receive[signal.Down](t, ctx)
		require.Equal(t, signal.NoConnection, down.Reason)
		require.Equal(t, remote.CauseSilent, receive[remote.NodeDown](t, ctx).Cause)

		require.NoError(t, other.cmd.Process.Signal(syscall.SIGCONT))
		require.Eventually(t, func() bool {
			v, err := runtime.Call[note](ctx, server, note{1, "x"})
			return err == nil && v == note{1, "x"}
		}, testTimeout, 10*time.Millisecond, "it is the same start of the same node")
		return nil
	})
}

// flood sends numbered notes to a name, each until it is accepted, when told how
// many.
func flood(to pid.Name) runtime.Body {
	return func(ctx *runtime.Context) error {
		count, err := runtime.Receive[int](ctx)
		if err != nil {
			return err
		}
		for i := range count {
			for ctx.SendTo(to, note{int64(i), "0123456789abcdef"}) != nil {
				<-time.After(time.Millisecond)
			}
		}
		for { // until the program ends: a cut may lose any of them
			_ = ctx.SendTo(to, "done")
			if _, err := ctx.RecvTimeout(50 * time.Millisecond); !errors.Is(err, runtime.ErrTimeout) {
				return err
			}
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

// follow receives numbered notes until "done". Only after a connection has come may
// numbers be missing; never may one come again or late.
func (s *sequence) follow(t testing.TB, n *remote.Node, ready chan<- struct{}) runtime.Body {
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
			case string:
				return nil
			}
		}
	}
}

// runFlood has another program send count notes through a proxy, on which meanwhile
// faults acts until done is closed.
func runFlood(t *testing.T, count int, faults func(p *proxy, done <-chan struct{})) sequence {
	all, cfg := book{}, watcherConfig
	cfg.HeartbeatInterval = heartbeatOf("flood")
	n := all.start(t, "a@test", cfg)
	p := newProxy(t, n.Addr().String())
	all.play(t, "flood", "flood@test", peerVariable+"=a@test="+p.addr())

	var s sequence
	ready := make(chan struct{})
	sinkPID, err := n.Runtime().SpawnOpt(runtime.SpawnOptions{Name: "sink"}, s.follow(t, n, ready))
	require.NoError(t, err)
	<-ready
	handle, _ := n.Runtime().Process(sinkPID)
	require.NoError(t, n.Runtime().SendNamed(bounded(t), pid.Name{Name: "flood", Node: "flood@test"}, count))
	require.True(t, disconnect(t, n, "flood@test"), "from here on the flood dials, through the proxy")

	done := make(chan struct{})
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		faults(p, done)
	}()
	_, err = handle.Wait(bounded(t))
	require.NoError(t, err)
	close(done)
	<-finished
	require.Empty(t, s.fault)
	return s
}

func disconnect(t *testing.T, n *remote.Node, node string) bool {
	was, err := n.Disconnect(bounded(t), node)
	require.NoError(t, err)
	return was
}

func TestPrograms_MillionMessagesInOrder(t *testing.T) {
	s := runFlood(t, 1_000_000/slowdown, func(p *proxy, done <-chan struct{}) {})
	require.LessOrEqual(t, s.gaps, 1, "one for the disconnect before")
}

func TestPrograms_CutsLoseSuffixesOnly(t *testing.T) {
	cuts := 0
	s := runFlood(t, 300_000/slowdown, func(p *proxy, done <-chan struct{}) {
		ticker := time.NewTicker(30 * time.Millisecond)
		defer ticker.Stop()
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			case <-ticker.C:
				p.setTrickle(i%10 == 9)
				if i%3 == 0 && cuts < 40 && p.cut() > 0 {
					cuts++
				}
			}
		}
	})
	t.Logf("%d cuts, %d connections, %d gaps, %d received", cuts, s.ups, s.gaps, s.received)
	require.Positive(t, cuts)
	require.LessOrEqual(t, s.gaps, s.ups)
}

func TestPrograms_HalfOpenConnectionIsGivenUp(t *testing.T) {
	all := book{}
	all.play(t, "echo", "other@test")
	p := newProxy(t, all["other@test"])
	all["other@test"] = p.addr()
	n := all.start(t, "a@test", watcherConfig)
	run(t, n, func(ctx *runtime.Context) error {
		server, err := n.Whereis(ctx, pid.Name{Name: "echo", Node: "other@test"})
		require.NoError(t, err)
		ref := ctx.Monitor(server)
		p.setDeaf(true)
		require.NoError(t, ctx.Send(server, strings.Repeat("x", 100)))
		require.Equal(t, signal.Down{Ref: ref, PID: server, Reason: signal.NoConnection}, receive[signal.Down](t, ctx))
		p.setDeaf(false)
		p.cut()
		require.Eventually(t, func() bool {
			_, err := runtime.Call[note](ctx, server, note{1, "x"})
			return err == nil
		}, testTimeout, 10*time.Millisecond)
		return nil
	})
}
