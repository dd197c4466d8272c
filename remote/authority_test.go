package remote_test

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

func TestPeer_MayNotRelateInTheNameOfNobody(t *testing.T) {
	for _, kind := range []signal.Kind{signal.Link, signal.Unlink, signal.UnlinkAck, signal.LinkExit, signal.Monitor, signal.Demonitor} {
		inLab(t, func(l *lab) {
			n := l.node("fort@test", withCookie(villainCookie))
			in := l.inbox(n, nil)
			v := l.villain(n)
			nobodys := signal.Frame{Kind: kind, To: in.pid.ID(), Ref: 1}
			v.send(nobodys.Append(nil))
			require.Contains(l, string(v.next(wire.Goodbye).Name), "from no process", kind)
			_ = v.Close()
			require.Empty(l, in.all(), kind)
		})
	}
}

func TestPeer_CannotGuessAReply(t *testing.T) {
	inLab(t, func(l *lab) {
		n := l.node("fort@test", withCookie(villainCookie))
		silent := l.spawn(n, idle)
		result := make(chan error, 1)
		caller := l.spawn(n, func(ctx *runtime.Context) error {
			_, err := runtime.CallTimeout[string](ctx, silent, "?", time.Second)
			result <- err
			return nil
		})
		v := l.villain(n)
		for ref := range uint64(1000) {
			v.send(withValue(signal.Frame{Kind: signal.Reply, From: 1, To: caller.ID(), Ref: ref}, "forged"))
		}
		require.ErrorIs(l, <-result, runtime.ErrTimeout)
	})
}

// Who is killed while it waits for a process that it spawns leaves none behind.
func TestSpawnLink_AnswerForOneWhoIsGoneEndsTheProcess(t *testing.T) {
	inLab(t, func(l *lab) {
		n := l.node("fort@test", withCookie(villainCookie))
		v := l.villain(n)
		spawner := l.spawn(n, func(ctx *runtime.Context) error {
			_, err := n.SpawnLink(ctx, "villain@test", "job", nil)
			return err
		})
		asked := v.next(wire.Spawn)
		require.True(l, asked.Held)
		require.NoError(l, n.Runtime().Exit(spawner, signal.Kill))
		synctest.Wait()
		v.send(frame.End(term.AppendUint(wire.AppendAnswer(nil, asked.Ref), 4711), 0))
		end := v.nextSignal(signal.ExitSignal)
		require.Equal(l, uint64(4711), end.To)
		require.Equal(l, signal.NoProc, end.Reason)
	})
}

// Processes that were never released end without having crashed.
func TestSpawn_HeldOnesAreNoCrashes(t *testing.T) {
	inLab(t, func(l *lab) {
		logs := lines{make(chan slog.Record, 100)}
		cfg := l.net.Config("fort@test")
		cfg.Cookie, cfg.Logger = villainCookie, quiet
		n, err := remote.Start(runtime.MustNew(runtime.Config{Name: "fort@test", Logger: slog.New(logs)}), cfg)
		require.NoError(l, err)
		l.Cleanup(func() { stop(l, n) })
		require.NoError(l, n.RegisterFunc("idle", func(ctx *runtime.Context, _ any) error { return idle(ctx) }))
		v := l.villain(n)
		for i := range uint64(10) {
			v.send(spawnHeld(i, "idle"))
		}
		synctest.Wait()
		require.Equal(l, 10, n.Runtime().Len())
		_ = v.Close()
		synctest.Wait()
		require.Zero(l, n.Runtime().Len())
		require.Empty(l, logs.records)
	})
}

// An answer that nobody asked for, one that comes twice, and what stands behind a value cost
// nothing else.
func TestRequests_AnswersThatNobodyWaitsForAreIgnored(t *testing.T) {
	inLab(t, func(l *lab) {
		n := l.node("fort@test", withCookie(villainCookie))
		v := l.villain(n)
		answer := func(req uint64) { v.send(frame.End(append(wire.AppendAnswer(nil, req), 7), 0)) }
		answer(12345)
		for range 3 {
			found := make(chan pid.PID, 1)
			go func() {
				p, err := n.Whereis(bounded(l), pid.Name{Name: "x", Node: "villain@test"})
				if err != nil {
					l.Error(err)
				}
				found <- p
			}()
			req := v.next(wire.Whereis).Ref
			answer(req)
			answer(req)
			require.EqualValues(l, 7, (<-found).ID())
		}
		after(time.Second)
		require.Len(l, n.Nodes(), 1)
	})
}

func TestRequests_AnswersThatAreNoneAreErrors(t *testing.T) {
	for name, answer := range map[string][]byte{"no process": {0}, "more than a number": {1, 2}, "nil": {0xc0}} {
		inLab(t, func(l *lab) {
			n := l.node("fort@test", withCookie(villainCookie))
			v := l.villain(n)
			result := make(chan error, 2)
			go func() {
				_, err := n.Spawn(bounded(l), "villain@test", "job", nil)
				result <- err
				_, err = n.Whereis(bounded(l), pid.Name{Name: "x", Node: "villain@test"})
				result <- err
			}()
			v.send(frame.End(append(wire.AppendAnswer(nil, v.next(wire.Spawn).Ref), answer...), 0))
			require.Error(l, <-result, name)
			v.send(frame.End(append(wire.AppendAnswer(nil, v.next(wire.Whereis).Ref), answer...), 0))
			require.Error(l, <-result, name)
		})
	}
}

// A server is held up neither by clients that have gone nor by nodes that do not answer.
func TestServer_WaitsForNoNetworkThatItDidNotAskFor(t *testing.T) {
	inLab(t, func(l *lab) {
		a := l.node("a@test")
		l.net.Partition([]string{"a@test"})
		gone, err := pid.NewNodeID("gone@test", 7)
		require.NoError(l, err)
		l.run(a, func(ctx *runtime.Context) error {
			begun := time.Now()
			reply := func(i uint64) error {
				return ctx.Reply(runtime.From{PID: pid.New(gone, i), Ref: pid.NewRef(gone, i)}, "x")
			}
			require.ErrorIs(l, reply(1), runtime.ErrNoConnection, "a reply makes no connection")
			for i := range uint64(10) {
				require.NoError(l, ctx.Send(pid.New(gone, i+1), "x"))
				require.NoError(l, reply(i+1), "it waits with the message for the one that is being made")
			}
			require.Zero(l, time.Since(begun))
			return nil
		})
	})
}

// A reply for which there is no room fails, and its caller learns that.
func TestReply_ToOneWhoDoesNotReadIsRefused(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		l.connect(a, b)
		server := l.puppet(a, runtime.MailboxOptions{})
		failed := make(chan error, 100)
		for range 100 {
			l.spawn(b, func(ctx *runtime.Context) error {
				_, err := runtime.Call[string](ctx, server.pid, "?")
				failed <- err
				return nil
			})
		}
		synctest.Wait()
		l.net.Partition([]string{"a@test"})
		busy := 0
		server.does(func(ctx *runtime.Context) {
			begun := time.Now()
			for range 100 {
				m, err := ctx.Recv()
				require.NoError(l, err)
				from, _ := m.From()
				if ctx.Reply(from, string(make([]byte, 60<<10))) != nil {
					busy++
				}
			}
			require.Zero(l, time.Since(begun))
		})
		require.Positive(l, busy)
		l.net.Heal()
		for range 100 {
			if <-failed != nil {
				busy--
			}
		}
		require.Zero(l, busy)
	})
}
