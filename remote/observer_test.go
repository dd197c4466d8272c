package remote_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

// observed is a node that is looked at, with a process of the observers' name and others.
func observed(l *lab) *remote.Node {
	n := l.node("a@test", func(c *remote.Config) {
		c.Cookie, c.ObserverCookie, c.Inspect = "main", "look", remote.InspectOff // a stand-in of its name is started here
	})
	_, err := n.Runtime().SpawnOpt(runtime.SpawnOptions{Name: remote.InspectName}, echo)
	require.NoError(l, err)
	_, err = n.Runtime().SpawnOpt(runtime.SpawnOptions{Name: "secret"}, echo)
	require.NoError(l, err)
	require.NoError(l, n.RegisterFunc("idle", func(ctx *runtime.Context, _ any) error { return idle(ctx) }))
	return n
}

// observer is a node that looks.
func (l *lab) observer(cookie, observerCookie string) *remote.Node {
	return l.node("tool@test", func(c *remote.Config) {
		c.Listen, c.Observer, c.Cookie, c.ObserverCookie = "", true, cookie, observerCookie
	})
}

func TestObserver_IsServedByTheInspectorAndHiddenFromAllOthers(t *testing.T) {
	for cookies, want := range map[[2]string]remote.Access{{"", "look"}: remote.Read, {"main", ""}: remote.Control} {
		inLab(t, func(l *lab) {
			n := observed(l)
			watch := l.inbox(n, func(ctx *runtime.Context) { n.MonitorNodes(ctx) })
			tool := l.observer(cookies[0], cookies[1])
			l.run(tool, func(ctx *runtime.Context) error {
				got, err := runtime.CallNamed[note](ctx, pid.Name{Name: remote.InspectName, Node: "a@test"}, note{1, "x"})
				require.NoError(l, err)
				require.Equal(l, note{1, "x"}, got)
				return nil
			})
			require.Equal(l, want, n.AccessOf(tool.Runtime().Node().ID()))
			require.Empty(l, n.Nodes())
			require.Equal(l, []string{"a@test"}, tool.Nodes())
			require.NoError(l, tool.Close(bounded(l)))
			require.Empty(l, watch.all(), "nobody is told of it")
			require.Equal(l, remote.None, n.AccessOf(tool.Runtime().Node().ID()))
		})
	}
}

func TestObserver_CookiesProveWhatTheyAreFor(t *testing.T) {
	inLab(t, func(l *lab) {
		observed(l)
		require.ErrorIs(l, l.observer("", "wrong").Connect(bounded(l), "a@test"), remote.ErrCookie)
		member := l.node("member@test", withCookie("look"))
		require.ErrorIs(l, member.Connect(bounded(l), "a@test"), remote.ErrCookie, "the observers' cookie makes no member")
	})
}

func TestObserver_MayDoNothingElse(t *testing.T) {
	inLab(t, func(l *lab) {
		n := observed(l)
		secret, _ := n.Runtime().Whereis("secret")
		name := pid.Name{Name: "secret", Node: "a@test"}
		spawned := n.Runtime().Spawned()
		tool := l.observer("", "look")
		l.run(tool, func(ctx *runtime.Context) error {
			ctx.SetTrapExit(true)
			require.NoError(l, tool.Connect(ctx, "a@test"))
			refused := func(err error) { l.Helper(); require.ErrorContains(l, err, "an observer may only send to") }

			_, err := runtime.Call[note](ctx, secret, note{1, "x"})
			refused(err)
			_, err = runtime.CallNamed[note](ctx, name, note{1, "x"})
			refused(err)
			_, err = tool.Spawn(ctx, "a@test", "idle", nil)
			refused(err)
			_, err = tool.SpawnLink(ctx, "a@test", "idle", nil)
			refused(err)
			_, _, err = tool.SpawnMonitor(ctx, "a@test", "idle", nil)
			refused(err)
			ctx.Monitor(secret)
			refused(receive[signal.Down](l, ctx).Reason)
			ctx.MonitorNamed(name)
			refused(receive[signal.Down](l, ctx).Reason)
			require.NoError(l, ctx.Link(secret))
			refused(receive[signal.Exit](l, ctx).Reason)
			require.NoError(l, ctx.Send(secret, "stop"))
			require.NoError(l, ctx.SendNamed(name, "stop"))
			require.NoError(l, ctx.SendRaw(secret, []byte("stop")))
			require.NoError(l, ctx.Exit(secret, signal.Kill))
			return nil
		})
		synctest.Wait()
		s, ok := n.Runtime().Info(secret)
		require.True(l, ok, "the process lives")
		require.Zero(l, s.Received+uint64(s.QueueLen))
		require.Empty(l, s.Links)
		require.Empty(l, s.MonitoredBy)
		require.Equal(l, spawned, n.Runtime().Spawned())

		// What is large is refused as well: it comes in fragments.
		l.run(tool, func(ctx *runtime.Context) error {
			require.NoError(l, ctx.SendRaw(secret, make([]byte, 300<<10)))
			_, err := tool.Spawn(ctx, "a@test", "idle", string(make([]byte, 300<<10)))
			require.ErrorContains(l, err, "an observer may only send to")
			return nil
		})
		s, _ = n.Runtime().Info(secret)
		require.Zero(l, s.Received+uint64(s.QueueLen))
	})
}
