package attach_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/attach"
	"github.com/starlang-go/starlang/remote/remotetest"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/inspect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// logged is what was logged.
type logged struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// lab is nodes on a network in memory.
type lab struct {
	*testing.T
	net *remotetest.Network
	log *logged
}

func inLab(t *testing.T, test func(l *lab)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(&lab{t, remotetest.New(1), new(logged)}) })
}

func (l *lab) node(name string, may remote.Inspect) *remote.Node {
	l.Helper()
	log := slog.New(slog.NewTextHandler(l.log, nil))
	cfg := l.net.Config(name)
	cfg.Cookie, cfg.ObserverCookie, cfg.Inspect, cfg.Logger = "main", "look", may, log
	n, err := remote.Start(runtime.MustNew(runtime.Config{Name: name, Logger: log}), cfg)
	require.NoError(l, err)
	l.Cleanup(func() {
		require.NoError(l, n.Close(context.Background()))
		require.NoError(l, n.Runtime().Shutdown(context.Background()))
	})
	return n
}

func (l *lab) dial(node, cookie, observerCookie string) (*attach.Conn, error) {
	cfg := l.net.Config("tool@test")
	c, err := attach.Dial(l.Context(), node, attach.Config{Cookie: cookie, ObserverCookie: observerCookie, Remote: cfg})
	if err == nil {
		l.Cleanup(c.Close)
	}
	return c, err
}

func idle(ctx *runtime.Context) error {
	_, err := ctx.RecvMatch(func(runtime.Message) bool { return false })
	return err
}

func TestDial_LooksAtANodeThatIsNotPreparedAndLeavesNoTrace(t *testing.T) {
	inLab(t, func(l *lab) {
		n := l.node("a@test", remote.InspectRead)
		p, err := n.Runtime().SpawnOpt(runtime.SpawnOptions{Name: "someone"}, idle)
		require.NoError(l, err)
		ups := make(chan any, 10)
		_, err = n.Runtime().Spawn(func(ctx *runtime.Context) error {
			n.MonitorNodes(ctx)
			for {
				m, err := ctx.Recv()
				if err != nil {
					return err
				}
				ups <- m.Value()
			}
		})
		require.NoError(l, err)
		synctest.Wait()
		before := n.Runtime().Len()
		c, err := l.dial("a@test", "", "look")
		require.NoError(l, err)
		found, err := c.Find(l.Context(), inspect.Find{Text: "someone"})
		require.NoError(l, err)
		require.Equal(l, p, found.Rows[0].PID)
		info, err := c.Process(l.Context(), "someone")
		require.NoError(l, err)
		require.Equal(l, p, info.PID)
		require.Equal(l, n.Runtime().Node().ID().Creation(), c.Creation())
		require.Empty(l, n.Nodes())
		c.Close()
		synctest.Wait()
		require.Empty(l, ups, "nobody was told")
		require.Equal(l, before, n.Runtime().Len())
	})
}

func TestDial_OfANodeThatCannotBeAskedSaysSo(t *testing.T) {
	inLab(t, func(l *lab) {
		l.node("off@test", remote.InspectOff)
		_, err := l.dial("off@test", "", "look")
		require.ErrorIs(l, err, attach.ErrOff)
		_, err = l.dial("off@test", "wrong", "")
		require.ErrorIs(l, err, remote.ErrCookie)
	})
}

func TestAct_NeedsTheCookieAndTheNodesConsent(t *testing.T) {
	for _, c := range []struct {
		may              remote.Inspect
		cookie, observer string
		allowed          bool
	}{
		{remote.InspectControl, "main", "", true},
		{remote.InspectControl, "", "look", false},
		{remote.InspectRead, "main", "", false},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			inLab(t, func(l *lab) {
				n := l.node("a@test", c.may)
				p, err := n.Runtime().SpawnOpt(runtime.SpawnOptions{Name: "victim"}, idle)
				require.NoError(l, err)
				conn, err := l.dial("a@test", c.cookie, c.observer)
				require.NoError(l, err)
				_, err = conn.Act(l.Context(), inspect.Action{Do: inspect.Kill, Target: "victim"})
				if c.allowed {
					require.NoError(l, err)
					require.Contains(l, l.log.String(), "what=kill target=victim")
				} else {
					require.ErrorIs(l, err, inspect.ErrDenied)
					require.Contains(l, l.log.String(), "a question was refused")
				}
				require.Equal(l, !c.allowed, n.Runtime().IsAlive(p))
			})
		})
	}
}

func TestAct_NoneIsForThoseWhoOnlyLook(t *testing.T) {
	inLab(t, func(l *lab) {
		n := l.node("a@test", remote.InspectControl)
		p, err := n.Runtime().SpawnOpt(runtime.SpawnOptions{Name: "victim"}, idle)
		require.NoError(l, err)
		c, err := l.dial("a@test", "", "look")
		require.NoError(l, err)
		verbs := []inspect.Verb{
			inspect.Exit, inspect.Kill, inspect.Suspend, inspect.Resume, inspect.TerminateChild, inspect.RestartChild,
			inspect.Send, inspect.Call, inspect.GC, inspect.Disconnect, inspect.SetLogLevel,
		}
		for _, v := range verbs {
			_, err := c.Act(l.Context(), inspect.Action{Do: v, Target: "victim", JSON: "1"})
			require.ErrorIs(l, err, inspect.ErrDenied, v)
		}
		_, err = c.UnsafeState(l.Context(), "victim")
		require.ErrorIs(l, err, inspect.ErrDenied)
		require.Equal(l, 12, bytes.Count([]byte(l.log.String()), []byte("a question was refused")), "all that there is to forbid, each with a line")
		s, ok := n.Runtime().Info(p)
		require.True(l, ok)
		require.Zero(l, s.QueueLen)
	})
}

func TestWaits_FindsCirclesAcrossNodes(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test", remote.InspectRead), l.node("b@test", remote.InspectRead)
		body := func(other, node string) runtime.Body {
			return func(ctx *runtime.Context) error {
				if _, err := ctx.RecvMatch(func(m runtime.Message) bool { return m.Kind() == runtime.KindUser }); err != nil {
					return err
				}
				_, err := runtime.CallNamed[int](runtime.WithCallTimeout(ctx, runtime.NoTimeout), pid.Name{Name: other, Node: node}, 1)
				return err
			}
		}
		left, err := a.Runtime().SpawnOpt(runtime.SpawnOptions{Name: "left"}, body("right", "b@test"))
		require.NoError(l, err)
		right, err := b.Runtime().SpawnOpt(runtime.SpawnOptions{Name: "right"}, body("left", "a@test"))
		require.NoError(l, err)
		require.NoError(l, runtime.Send(runtime.NewContext(l.Context(), a.Runtime()), left, 1))
		require.NoError(l, runtime.Send(runtime.NewContext(l.Context(), b.Runtime()), right, 1))
		synctest.Wait()
		c, err := l.dial("a@test", "", "look")
		require.NoError(l, err)
		got, err := c.Waits(l.Context(), inspect.Waits{Cycles: true})
		require.NoError(l, err)
		require.Empty(l, got.Silent)
		require.Len(l, got.Cycles, 1)
		who := map[string]string{}
		for _, w := range got.Cycles[0].Waits {
			who[w.CallerName] = w.CalleeName
		}
		require.Equal(l, map[string]string{"left": "right", "right": "left"}, who)
		happened, err := c.Events(l.Context(), inspect.Events{})
		require.NoError(l, err)
		require.Len(l, happened.Events, 1, "of the tool nothing is told")
		require.Equal(l, inspect.EventNodeUp, happened.Events[0].Kind)
		require.Equal(l, "b@test", happened.Events[0].Name)
	})
}

func TestTrace_EndsWhenItsToolIsGone(t *testing.T) {
	inLab(t, func(l *lab) {
		n := l.node("a@test", remote.InspectRead)
		_, err := n.Runtime().SpawnOpt(runtime.SpawnOptions{Name: "someone"}, idle)
		require.NoError(l, err)
		before := n.Runtime().Len()
		c, err := l.dial("a@test", "", "look")
		require.NoError(l, err)
		ctx, cancel := context.WithCancel(l.Context())
		defer cancel()
		done := make(chan error, 1)
		go func() {
			done <- c.Trace(ctx, inspect.Trace{Targets: []string{"someone"}}, func(inspect.TraceEvents) error { return nil })
		}()
		synctest.Wait()
		require.Greater(l, n.Runtime().Len(), before)
		l.net.Partition([]string{"a@test"}, []string{"tool@test"}) // as if it had been killed and its machine were off
		<-time.After(2*remote.DefaultHeartbeatInterval + time.Second)
		synctest.Wait()
		require.Equal(l, before, n.Runtime().Len(), "the session and its question are gone")
		cancel()
		<-done
	})
}
