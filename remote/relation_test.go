package remote_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/dist"
	"github.com/starlang-go/starlang/term"
)

// Two processes link and unlink each other at random, with all that crossing on the
// way. When it has become quiet both must be of one mind.
func TestRelations_LinksThatCrossUnlinksNeverEndInHalves(t *testing.T) {
	inLab(t, func(l *lab) {
		l.net.SetDelay(time.Millisecond, 20*time.Millisecond)
		a, b := l.node("a@test"), l.node("b@test")
		l.connect(a, b)
		l.spawn(b, idle) // so that p and q differ in their numbers
		rng := rand.New(rand.NewPCG(3, 4))
		for range 200 {
			var p, q pid.PID
			started := make(chan struct{})
			body := func(other *pid.PID, seed uint64) runtime.Body {
				mine := rand.New(rand.NewPCG(seed, 1))
				return func(ctx *runtime.Context) error {
					ctx.SetTrapExit(true)
					<-started
					for range 10 {
						if mine.IntN(2) == 0 {
							require.NoError(l, ctx.Link(*other))
						} else {
							require.NoError(l, ctx.Unlink(*other))
						}
						<-time.After(time.Duration(mine.IntN(15)) * time.Millisecond)
					}
					return idle(ctx)
				}
			}
			p, q = l.spawn(a, body(&q, rng.Uint64())), l.spawn(b, body(&p, rng.Uint64()))
			close(started)
			after(time.Second)
			atA, _ := a.Runtime().Info(p)
			atB, _ := b.Runtime().Info(q)
			require.Equal(l, len(atA.Links), len(atB.Links), "%v %v", atA.Links, atB.Links)
			require.Equal(l, len(atA.Links), connOf(a, "b@test").Relations)
			require.Equal(l, len(atA.Links), connOf(b, "a@test").Relations)
			require.NoError(l, a.Runtime().Exit(p, signal.Kill))
			after(time.Second)
			atB, _ = b.Runtime().Info(q)
			require.Empty(l, atB.Links)
		}
	})
}

func TestRelations_ShortLivedOnesLeaveNothing(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		server := l.spawn(b, echo)
		for range 300 {
			l.run(a, func(ctx *runtime.Context) error {
				ctx.Monitor(server)
				ctx.Demonitor(ctx.MonitorNamed(pid.Name{Name: "nobody", Node: "b@test"}))
				require.NoError(l, ctx.Link(server))
				require.NoError(l, ctx.Unlink(server))
				_, err := runtime.Call[int](ctx, server, 1)
				return err
			})
		}
		synctest.Wait()
		require.Zero(l, connOf(a, "b@test").Relations)
		require.Zero(l, connOf(b, "a@test").Relations)
		requireClean(l, b, server)
	})
}

func TestRelations_ReasonsCrossAsTheyAre(t *testing.T) {
	for _, reason := range []signal.ExitReason{
		signal.Normal, signal.Shutdown, signal.Killed, signal.Kill, signal.NoProc, signal.NoConnection,
		signal.Error("boom\n\x00"), signal.Error(""), signal.ShutdownReason("drained"),
	} {
		t.Run(reason.String(), func(t *testing.T) {
			inLab(t, func(l *lab) {
				a, b := l.node("a@test"), l.node("b@test")
				start := make(chan struct{})
				target := l.spawn(b, func(*runtime.Context) error {
					<-start
					return reason
				})
				var ref pid.Ref
				in := l.inbox(a, func(ctx *runtime.Context) {
					require.NoError(l, ctx.Link(target))
					ref = ctx.Monitor(target)
				})
				bystander := l.spawn(a, func(ctx *runtime.Context) error {
					require.NoError(l, ctx.Link(target))
					return idle(ctx)
				})
				handle, _ := a.Runtime().Process(bystander)
				require.Empty(l, in.all())
				close(start)
				require.ElementsMatch(l, []any{
					signal.Exit{From: target, Reason: reason}, signal.Down{Ref: ref, PID: target, Reason: reason},
				}, in.all())
				ended, dead := handle.ExitReason()
				require.Equal(l, !reason.IsNormal(), dead, "a remote normal does not kill")
				require.Equal(l, reason, ended)
			})
		})
	}
}

func TestRequests_SpawnRunsWhatIsRegistered(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		got := make(chan any, 10)
		require.NoError(l, b.RegisterFunc("job", func(ctx *runtime.Context, arg any) error {
			got <- arg
			return signal.ShutdownReason("done")
		}))
		require.NoError(l, b.RegisterFunc("idle", func(ctx *runtime.Context, _ any) error { return idle(ctx) }))
		require.Error(l, b.RegisterFunc("", nil))
		done := signal.ShutdownReason("done")
		l.run(a, func(ctx *runtime.Context) error {
			ctx.SetTrapExit(true)
			_, err := a.Spawn(ctx, "b@test", "job", note{1, "x"})
			require.NoError(l, err)
			require.Equal(l, note{1, "x"}, <-got)

			p, ref, err := a.SpawnMonitor(ctx, "b@test", "job", nil)
			require.NoError(l, err)
			require.Equal(l, signal.Down{Ref: ref, PID: p, Reason: done}, receive[signal.Down](l, ctx))
			p, err = a.SpawnLink(ctx, "b@test", "job", nil)
			require.NoError(l, err)
			require.Equal(l, signal.Exit{From: p, Reason: done}, receive[signal.Exit](l, ctx))

			_, err = a.Spawn(ctx, "b@test", "other", nil)
			require.ErrorIs(l, err, remote.ErrNotSpawnable)
			_, err = a.Spawn(ctx, "nobody@test", "job", nil)
			require.ErrorIs(l, err, remote.ErrNoConnection)
			return nil
		})
		p, err := a.Spawn(bounded(l), "b@test", "idle", nil)
		require.NoError(l, err)
		require.True(l, b.Runtime().IsAlive(p))
		s, err := a.Info(bounded(l), p)
		require.NoError(l, err)
		require.Equal(l, runtime.Running, s.State)
		require.Equal(l, p, s.PID)
	})
}

func TestRequests_ArgumentsOfSpawnTravelLikeMessages(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test", func(c *remote.Config) { c.MaxMessageBytes = 1 << 20 }), l.node("b@test")
		got := make(chan any, 1)
		require.NoError(l, b.RegisterFunc("job", func(_ *runtime.Context, arg any) error {
			got <- arg
			return nil
		}))
		long := strings.Repeat("x", 1<<19)
		l.run(a, func(ctx *runtime.Context) error {
			_, err := a.Spawn(ctx, "b@test", "job", note{1, long})
			require.NoError(l, err)
			require.Equal(l, note{1, long}, <-got)

			p, ref, err := a.SpawnMonitor(ctx, "b@test", "job", long)
			require.NoError(l, err)
			require.Equal(l, signal.Down{Ref: ref, PID: p, Reason: signal.Normal}, receive[signal.Down](l, ctx))
			require.Equal(l, long, <-got)

			_, err = a.Spawn(ctx, "b@test", "job", long+long)
			require.ErrorIs(l, err, term.ErrTooLarge)
			require.ErrorContains(l, err, `spawn "job" on b@test: `)
			_, err = a.Spawn(ctx, "b@test", "other", long)
			require.ErrorIs(l, err, remote.ErrNotSpawnable)
			return nil
		})
		synctest.Wait()
		require.Zero(l, connOf(b, "a@test").Waiting)
	})
}

func TestCall_MayBeAnsweredFromAThirdNode(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b, c := l.node("a@test"), l.node("b@test"), l.node("c@test")
		l.connect(a, c) // a reply does not make a connection
		asked := make(chan runtime.From)
		l.spawn(c, func(ctx *runtime.Context) error { return ctx.Reply(<-asked, "from c") })
		callee := l.spawn(b, func(ctx *runtime.Context) error {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			from, _ := m.From()
			asked <- from
			return idle(ctx)
		})
		l.run(a, func(ctx *runtime.Context) error {
			v, err := runtime.Call[string](ctx, callee, "?")
			require.Equal(l, "from c", v)
			return err
		})
		synctest.Wait()
		requireClean(l, b, callee)
		require.Zero(l, connOf(a, "b@test").Relations)
	})
}

func TestRequests_InfoOfANode(t *testing.T) {
	inLab(t, func(l *lab) {
		l.net.SetDelay(10*time.Millisecond, 10*time.Millisecond)
		a, b := l.node("a@test"), l.node("b@test")
		p := l.spawn(b, idle)
		require.NoError(l, b.Runtime().Register("b", p))
		l.connect(a, b)
		require.NoError(l, a.Runtime().Send(bounded(l), p, "x"))
		after(time.Second)
		got, err := a.NodeInfo(bounded(l), "b@test")
		require.NoError(l, err)
		require.Equal(l, "b@test", got.Name)
		require.Equal(l, b.Runtime().Node().Creation(), got.Creation)
		require.Equal(l, 1, got.Processes)
		require.Equal(l, 1, got.Names)
		require.Len(l, got.Conns, 1)
		require.Equal(l, "a@test", got.Conns[0].Node)
		require.Equal(l, uint64(1), got.Conns[0].MessagesIn)
		require.Equal(l, 20*time.Millisecond, got.Conns[0].RoundTrip)
		require.Positive(l, got.Conns[0].BytesIn)

		own, err := a.NodeInfo(bounded(l), "a@test")
		require.NoError(l, err)
		require.Equal(l, "a@test", own.Name)
		_, err = a.NodeInfo(bounded(l), "nobody@test")
		require.ErrorIs(l, err, remote.ErrNoConnection)
		_, err = a.Info(bounded(l), pid.New(a.Runtime().Node().ID(), 99))
		require.ErrorIs(l, err, runtime.ErrNoProc)
	})
}

func TestRequests_FailWhenTheConnectionIsLost(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		l.connect(a, b)
		l.net.Partition([]string{"a@test"})
		_, err := a.Whereis(bounded(l), pid.Name{Name: "x", Node: "b@test"})
		require.ErrorIs(l, err, remote.ErrNoConnection)
	})
}

func TestNodeMonitors_AreForNodesOnly(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		in := l.inbox(a, func(ctx *runtime.Context) {
			a.MonitorNodes(ctx)
			a.MonitorNodes(ctx)
			require.Error(l, ctx.Send(ctx.PID(), remote.NodeDown{Node: "b@test"}), "nobody can make one up")
		})
		ended := l.inbox(a, func(ctx *runtime.Context) {
			a.MonitorNodes(ctx)
			a.DemonitorNodes(ctx)
		})
		l.run(a, func(ctx *runtime.Context) error { a.MonitorNodes(ctx); return nil })
		l.connect(a, b)
		require.Len(l, in.all(), 1)
		require.Empty(l, ended.all())
	})
}

func TestSend_ForgedSendersDoNotGetOut(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		l.connect(a, b)
		in := l.inbox(b, nil)
		env := signal.Envelope{Kind: signal.Message, From: in.pid, Value: "x"}
		require.ErrorIs(l, dist.Of(a.Runtime()).SendRemote(bounded(l), pid.Address{PID: in.pid}, env), remote.ErrForged)
	})
}

// Who is known to many is shown with some of them and the number of all.
func TestRequests_InfoOfAHubIsBounded(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		hub := l.spawn(b, idle)
		const many = 5000
		l.spawn(b, func(ctx *runtime.Context) error {
			for range many {
				ctx.Monitor(hub)
			}
			return idle(ctx)
		})
		synctest.Wait()
		l.connect(a, b)
		before := connOf(a, "b@test").BytesIn
		s, err := a.Info(bounded(l), hub)
		require.NoError(l, err)
		require.Equal(l, many, s.WatcherCount)
		require.NotEmpty(l, s.MonitoredBy)
		require.LessOrEqual(l, len(s.MonitoredBy), 200)
		require.Less(l, connOf(a, "b@test").BytesIn-before, uint64(64<<10))
	})
}
