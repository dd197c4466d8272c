package remote_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

func withCookie(cookie string) func(*remote.Config) {
	return func(c *remote.Config) { c.Cookie = cookie }
}

func TestConnect_WrongCookieIsRefused(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test", withCookie("one")), l.node("b@test", withCookie("two"))
		err := a.Connect(bounded(l), "b@test")
		require.ErrorIs(l, err, remote.ErrCookie)
		require.ErrorIs(l, err, remote.ErrNoConnection)
		require.ErrorContains(l, err, "b@test")
		require.Empty(l, b.Nodes())
		require.Empty(l, a.Nodes())
	})
}

func TestConnect_SameCookieIsNot(t *testing.T) {
	inLab(t, func(l *lab) {
		l.connect(l.node("a@test", withCookie("one")), l.node("b@test", withCookie("one")))
	})
}

func TestConnect_OwnNameIsRefused(t *testing.T) {
	inLab(t, func(l *lab) {
		a := l.node("a@test")
		require.ErrorIs(l, a.Connect(bounded(l), "a@test"), remote.ErrSelf)

		// Another node with a's name, which finds a under the name b.
		twin := l.node("a@test", func(c *remote.Config) {
			c.Listen = "elsewhere"
			c.Resolver = remote.StaticResolver{"b@test": "a@test"}
		})
		require.ErrorIs(l, twin.Connect(bounded(l), "b@test"), remote.ErrSelf)
	})
}

func TestConnect_AnotherNodeThanTheOneDialledIsNotTaken(t *testing.T) {
	inLab(t, func(l *lab) {
		b := l.node("b@test")
		a := l.node("a@test", func(c *remote.Config) { c.Resolver = remote.StaticResolver{"c@test": "b@test"} })
		require.ErrorContains(l, a.Connect(bounded(l), "c@test"), "the node there is b@test")
		synctest.Wait()
		require.Empty(l, b.Nodes())
	})
}

func TestConnect_SecondNodeWithOneNameIsRefusedWhileTheFirstLives(t *testing.T) {
	inLab(t, func(l *lab) {
		hub, first := l.node("hub@test"), l.node("x@test")
		l.connect(first, hub)
		second := l.node("x@test", func(c *remote.Config) { c.Listen = "elsewhere" })
		require.ErrorIs(l, second.Connect(bounded(l), "hub@test"), remote.ErrNameInUse)
		require.Equal(l, []string{"hub@test"}, first.Nodes())

		// Once the first has gone silent the name is free.
		l.net.Partition([]string{"x@test"})
		other := l.node("x@test", func(c *remote.Config) {
			c.Listen, c.Transport = "third", l.net.Host("third")
		})
		require.NoError(l, other.Connect(bounded(l), "hub@test"))
		require.Equal(l, []string{"x@test"}, hub.Nodes())
	})
}

func TestConnect_RestartedNodeTakesOverAfterTheOldOnesSignals(t *testing.T) {
	inLab(t, func(l *lab) {
		hub, old := l.node("hub@test"), l.node("x@test")
		server := l.spawn(old, idle)
		watch := l.inbox(hub, func(ctx *runtime.Context) {
			hub.MonitorNodes(ctx)
			require.NoError(l, ctx.Link(server))
		})
		up := remote.NodeUp{Node: "x@test", Creation: old.Runtime().Node().Creation()}
		require.Equal(l, []any{up}, watch.all())

		l.net.Partition([]string{"x@test"}) // the old one is unplugged, not gone
		fresh := l.node("x@test", func(c *remote.Config) {
			c.Listen, c.Transport = "new", l.net.Host("new")
		})
		require.NoError(l, fresh.Connect(bounded(l), "hub@test"))
		got := watch.all()
		require.Len(l, got, 3)
		require.Equal(l, signal.Exit{From: server, Reason: signal.NoConnection}, got[0])
		require.Equal(l, remote.CauseReplaced, got[1].(remote.NodeDown).Cause)
		require.Equal(l, remote.NodeUp{Node: "x@test", Creation: fresh.Runtime().Node().Creation()}, got[2])

		// PIDs of the old start match nothing, although one of them is in use again.
		again := l.spawn(fresh, idle)
		require.Equal(l, server.ID(), again.ID())
		var ref pid.Ref
		late := l.inbox(hub, func(ctx *runtime.Context) {
			require.ErrorIs(l, ctx.Send(server, "x"), runtime.ErrNoProc)
			require.NoError(l, ctx.Exit(server, signal.Kill))
			ref = ctx.Monitor(server)
			require.NoError(l, ctx.Link(server))
			_, err := hub.Info(ctx, server)
			require.ErrorIs(l, err, runtime.ErrNoProc)
		})
		require.Equal(l, []any{
			signal.Down{Ref: ref, PID: server, Reason: signal.NoProc},
			signal.Exit{From: server, Reason: signal.NoProc},
		}, late.all())
		require.True(l, fresh.Runtime().IsAlive(again))
	})
}

func TestConnect_BothAtOnceGivesOneConnection(t *testing.T) {
	inLab(t, func(l *lab) {
		l.net.SetDelay(time.Millisecond, 50*time.Millisecond)
		for i := range 50 {
			a, b := l.node("a@test"), l.node("b@test")
			atA, atB := l.inbox(a, nil), l.inbox(b, nil)
			for range 3 {
				l.spawn(a, func(ctx *runtime.Context) error { return ctx.Send(atB.pid, "from a") })
				l.spawn(b, func(ctx *runtime.Context) error { return ctx.Send(atA.pid, "from b") })
			}
			after(10 * time.Second)
			require.Equal(l, []any{"from b", "from b", "from b"}, atA.all(), "round %d", i)
			require.Equal(l, []any{"from a", "from a", "from a"}, atB.all())
			require.Equal(l, 1, l.net.Connections())
			stop(l, a)
			stop(l, b)
		}
	})
}

func TestConnect_UnreachableNodeIsNotTriedAgainAtOnce(t *testing.T) {
	inLab(t, func(l *lab) {
		a := l.node("a@test")
		nobody, err := pid.NewNodeID("nobody@test", 7)
		require.NoError(l, err)
		to := pid.New(nobody, 1)
		l.run(a, func(ctx *runtime.Context) error {
			require.NoError(l, ctx.Send(to, "x"), "it waits for the attempt, and its sender does not")
			synctest.Wait()

			begun := time.Now()
			var failed *remote.ConnectError
			err := ctx.Send(to, "x")
			require.ErrorAs(l, err, &failed)
			require.ErrorIs(l, err, remote.ErrBackoff)
			require.ErrorIs(l, err, runtime.ErrNoConnection)
			require.ErrorIs(l, ctx.Exit(to, signal.Kill), runtime.ErrNoConnection)
			require.Zero(l, time.Since(begun), "a send in backoff does not wait")

			ctx.SetTrapExit(true)
			ref := ctx.Monitor(to)
			require.NoError(l, ctx.Link(to))
			d, err := runtime.Receive[signal.Down](ctx)
			require.NoError(l, err)
			require.Equal(l, signal.Down{Ref: ref, PID: to, Reason: signal.NoConnection}, d)
			e, err := runtime.Receive[signal.Exit](ctx)
			require.NoError(l, err)
			require.Equal(l, signal.Exit{From: to, Reason: signal.NoConnection}, e)

			<-time.After(remote.DefaultMinBackoff)
			ref = ctx.Monitor(to) // goes out with a new attempt, and comes back
			d, err = runtime.Receive[signal.Down](ctx)
			require.NoError(l, err)
			require.Equal(l, signal.Down{Ref: ref, PID: to, Reason: signal.NoConnection}, d)
			return nil
		})
	})
}

func TestConnect_SendsDoNotWaitForAConnectionButForRoom(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		in := l.inbox(b, nil)
		l.net.Partition([]string{"a@test"})
		begun := time.Now()
		large := strings.Repeat("x", int(remote.DefaultQueueBytes))
		require.NoError(l, a.Runtime().Send(bounded(l), in.pid, large))
		require.ErrorIs(l, a.Runtime().TrySend(in.pid, "y"), remote.ErrBusy)
		require.Zero(l, time.Since(begun))
		ctx, cancel := context.WithTimeout(bounded(l), time.Second)
		defer cancel()
		require.ErrorIs(l, a.Runtime().Send(ctx, in.pid, "y"), context.DeadlineExceeded)
		require.Equal(l, time.Second, time.Since(begun))
		l.net.Heal()
		require.Equal(l, large, in.next(l))
		require.NoError(l, a.Runtime().Send(bounded(l), in.pid, "z"))
		require.Equal(l, "z", in.next(l))
	})
}

func TestConnect_ClosedNodeTakesAndMakesNoConnections(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		to := l.spawn(b, idle)
		require.NoError(l, a.Close(bounded(l)))
		require.ErrorIs(l, a.Runtime().Send(bounded(l), to, "x"), remote.ErrClosed)
		require.ErrorIs(l, a.Connect(bounded(l), "b@test"), remote.ErrClosed)
		require.ErrorIs(l, b.Connect(bounded(l), "a@test"), remote.ErrNoConnection)
		require.NoError(l, a.Close(bounded(l)), "a second Close does nothing")
	})
}

func TestStart_SaysWhatIsWrong(t *testing.T) {
	for want, cfg := range map[string]remote.Config{
		"without a cookie anybody":  {Listen: "0.0.0.0:0"},
		"InsecureSkipVerify":        {Listen: "127.0.0.1:0", TLS: insecure()},
		"QueueBytes is negative":    {QueueBytes: -1},
		"FragmentBytes is 1048576":  {FragmentBytes: 1 << 20},
		"listen on 127.0.0.1:99999": {Listen: "127.0.0.1:99999"},
		"MaxBackoff is less":        {MinBackoff: time.Hour, MaxBackoff: time.Second},
	} {
		_, err := remote.Start(runtime.MustNew(runtime.Config{Name: "a@test"}), cfg)
		require.ErrorContains(t, err, want)
	}
	_, err := remote.Start(runtime.MustNew(runtime.Config{}), remote.Config{})
	require.ErrorContains(t, err, "the runtime has no name")
	for _, host := range []string{"0.0.0.0", "0.0.0.0:4370", "[::]:4370", "::", ":4370"} {
		_, err = remote.Start(runtime.MustNew(runtime.Config{Name: "z@" + host}), remote.Config{Cookie: "x", Listen: "127.0.0.1:0"})
		require.ErrorContains(t, err, "none that others could dial", host)
	}
}

func TestStart_OncePerRuntime(t *testing.T) {
	a := book{}.start(t, "a@test", remote.Config{})
	require.Same(t, a, remote.Of(a.Runtime()))
	_, err := remote.Start(a.Runtime(), remote.Config{Listen: "127.0.0.1:0"})
	require.ErrorIs(t, err, remote.ErrStarted)
	require.Nil(t, remote.Of(runtime.MustNew(runtime.Config{Name: "b@test"})))
}

func TestStart_WithoutAPortInItsNameANodeOnlyDials(t *testing.T) {
	n, err := remote.Start(runtime.MustNew(runtime.Config{Name: "a@test"}), remote.Config{})
	require.NoError(t, err)
	defer stop(t, n)
	require.Nil(t, n.Addr())
}

func TestConnect_AfterAGoodConnectionASendDialsAtOnce(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		in := l.inbox(b, nil)
		require.NoError(l, a.Runtime().Send(bounded(l), in.pid, 1))
		after(time.Minute)
		require.Equal(l, 1, l.net.Cut("a@test", "b@test"))
		synctest.Wait()
		require.NoError(l, a.Runtime().Send(bounded(l), in.pid, 2))
		require.Equal(l, []any{1, 2}, in.all())

		l.net.Cut("a@test", "b@test") // a short one
		synctest.Wait()
		require.ErrorIs(l, a.Runtime().Send(bounded(l), in.pid, 3), remote.ErrBackoff)
		after(remote.DefaultMinBackoff)
		require.NoError(l, a.Runtime().Send(bounded(l), in.pid, 4))
		require.Equal(l, []any{4}, in.all())
	})
}
