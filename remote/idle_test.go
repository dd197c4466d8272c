package remote_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

func TestIdle_ConnectionThatNothingNeedsIsClosedAndMadeAgain(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		in := l.inbox(b, nil)
		watch := l.inbox(a, func(ctx *runtime.Context) { a.MonitorNodes(ctx) })
		require.NoError(l, a.Runtime().Send(bounded(l), in.pid, 1))
		after(remote.DefaultIdleTimeout - time.Second)
		require.Equal(l, []string{"b@test"}, a.Nodes())
		after(2 * remote.DefaultHeartbeatInterval)
		require.Empty(l, a.Nodes())
		require.Empty(l, b.Nodes())
		got := watch.all()
		require.Equal(l, remote.CauseIdle, got[1].(remote.NodeDown).Cause)
		require.Zero(l, l.net.Connections())

		require.NoError(l, a.Runtime().Send(bounded(l), in.pid, 2), "it is dialled at once")
		require.Equal(l, []any{1, 2}, in.all())
	})
}

func TestIdle_ConnectionThatSomethingNeedsStays(t *testing.T) {
	for name, need := range map[string]func(l *lab, a, b *remote.Node){
		"a link": func(l *lab, a, b *remote.Node) {
			p := l.spawn(b, idle)
			l.inbox(a, func(ctx *runtime.Context) { require.NoError(l, ctx.Link(p)) })
		},
		"a monitor": func(l *lab, a, b *remote.Node) {
			p := l.spawn(b, idle)
			l.inbox(a, func(ctx *runtime.Context) { ctx.Monitor(p) })
		},
		"a call": func(l *lab, a, b *remote.Node) {
			p := l.spawn(b, idle)
			l.spawn(a, func(ctx *runtime.Context) error {
				_, err := runtime.CallTimeout[int](ctx, p, 1, time.Hour)
				return err
			})
		},
		"Connect":              func(l *lab, a, b *remote.Node) { l.connect(a, b) },
		"Connect of the other": func(l *lab, a, b *remote.Node) { l.connect(b, a) },
		"Connect of the dialled": func(l *lab, a, b *remote.Node) {
			require.NoError(l, a.Runtime().Send(bounded(l), l.spawn(b, idle), 1))
			synctest.Wait()
			require.NoError(l, b.Connect(bounded(l), a.Name()))
		},
		"a message that waits": func(l *lab, a, b *remote.Node) {
			p, err := b.Runtime().SpawnOpt(runtime.SpawnOptions{Mailbox: boundedBox}, func(ctx *runtime.Context) error {
				<-ctx.Done()
				return nil
			})
			require.NoError(l, err)
			for range 3 {
				require.NoError(l, a.Runtime().Send(bounded(l), p, 1))
			}
		},
		"traffic": func(l *lab, a, b *remote.Node) {
			in := l.inbox(b, nil)
			l.spawn(a, func(ctx *runtime.Context) error {
				for range 50 {
					<-time.After(45 * time.Second)
					if err := ctx.Send(in.pid, 1); err != nil {
						return err
					}
				}
				return nil
			})
			after(time.Minute)
		},
	} {
		t.Run(name, func(t *testing.T) {
			inLab(t, func(l *lab) {
				a, b := l.node("a@test"), l.node("b@test")
				watch := l.inbox(b, func(ctx *runtime.Context) { b.MonitorNodes(ctx) })
				need(l, a, b)
				after(20 * remote.DefaultIdleTimeout)
				require.Equal(l, []string{"b@test"}, a.Nodes())
				require.Len(l, watch.all(), 1, "one connection all the time")
			})
		})
	}
}

// Whenever a message is sent while an idle connection ends, it takes this one or the next.
func TestIdle_MessagesMeanwhileArrive(t *testing.T) {
	inLab(t, func(l *lab) {
		l.net.SetDelay(100*time.Millisecond, 300*time.Millisecond)
		a, b := l.node("a@test"), l.node("b@test")
		in := l.inbox(b, nil)
		var want []any
		for i := range 100 {
			require.NoError(l, a.Runtime().Send(bounded(l), in.pid, i))
			want = append(want, i)
			// The proposal goes out at a tick behind a minute, and the ends come and go then.
			after(remote.DefaultIdleTimeout + time.Duration(i)*25*time.Millisecond)
		}
		after(time.Second)
		require.Equal(l, want, in.all())
	})
}

func TestPeers_WhoNeverComesBackIsForgotten(t *testing.T) {
	inLab(t, func(l *lab) {
		a := l.node("a@test")
		for i := range 200 {
			name := pid.Name{Name: "x", Node: fmt.Sprintf("nobody%d@test", i)}
			_, err := a.Whereis(bounded(l), name)
			require.Error(l, err)
		}
		for i := range 20 {
			guest := l.node(fmt.Sprintf("guest%d@test", i))
			require.NoError(l, guest.Connect(bounded(l), "a@test"))
			require.NoError(l, guest.Close(bounded(l)))
		}
		after(time.Minute)
		require.Zero(l, remote.PeerCount(a))
	})
}
