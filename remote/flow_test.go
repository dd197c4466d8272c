package remote_test

import (
	"bytes"
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

func connOf(n *remote.Node, to string) remote.ConnInfo {
	for _, l := range n.Stats().Conns {
		if l.Node == to {
			return l
		}
	}
	return remote.ConnInfo{}
}

func TestFlow_StoppedPeerHoldsSendersNotMemory(t *testing.T) {
	inLab(t, func(l *lab) {
		const quota, senders, size = 64 << 10, 16, 10 << 10
		a := l.node("a@test", func(c *remote.Config) { c.QueueBytes = quota })
		b := l.node("b@test")
		sinkPID := l.inbox(b, nil)
		l.connect(a, b)
		l.net.Partition([]string{"a@test"})
		failed := make(chan error, senders)
		for range senders {
			l.spawn(a, func(ctx *runtime.Context) error {
				for {
					if err := ctx.Send(sinkPID.pid, note{1, strings.Repeat("x", size)}); err != nil {
						failed <- err
						return nil
					}
				}
			})
		}
		synctest.Wait()
		require.LessOrEqual(l, connOf(a, "b@test").Queue, remote.ByteCount(quota+size+100))
		require.Empty(l, failed, "senders wait")

		// An exit gets its place in the full queue at once.
		require.NoError(l, a.Runtime().Exit(sinkPID.pid, signal.Shutdown))

		after(time.Minute)
		require.Len(l, failed, senders, "the loss of the connection frees them")
		require.ErrorIs(l, <-failed, remote.ErrNoConnection)
	})
}

func TestFlow_FullQueueRefusesByOption(t *testing.T) {
	inLab(t, func(l *lab) {
		a := l.node("a@test", func(c *remote.Config) { c.QueueBytes, c.WhenFull = 64<<10, remote.Refuse })
		b := l.node("b@test")
		in := l.inbox(b, nil)
		l.connect(a, b)
		l.net.Partition([]string{"a@test"})
		sent := 0
		var err error
		for range 10 { // the writer takes what the network takes, for a while
			for err = nil; err == nil; sent++ {
				err = a.Runtime().Send(bounded(l), in.pid, strings.Repeat("x", 10<<10))
			}
			sent--
			synctest.Wait()
		}
		require.ErrorIs(l, err, remote.ErrBusy)
		require.ErrorIs(l, a.Runtime().Send(bounded(l), in.pid, strings.Repeat("x", 1<<20)), remote.ErrBusy)
		program := runtime.NewContext(bounded(l), a.Runtime())
		require.NoError(l, runtime.SendOrDrop(program, in.pid, strings.Repeat("x", 10<<10)))
		require.EqualValues(l, 1, a.Runtime().Stats().Dropped)
		l.net.Heal()
		require.Len(l, in.all(), sent)
		require.NoError(l, a.Runtime().Send(bounded(l), in.pid, "again"))
		require.Equal(l, []any{"again"}, in.all())
	})
}

func TestFlow_WaitingSendEndsWithItsContext(t *testing.T) {
	inLab(t, func(l *lab) {
		a := l.node("a@test", func(c *remote.Config) { c.QueueBytes = 1 << 10 })
		b := l.node("b@test")
		in := l.inbox(b, nil)
		l.connect(a, b)
		l.net.Partition([]string{"a@test"})
		ctx, cancel := context.WithTimeout(bounded(l), time.Second)
		defer cancel()
		var err error
		for err == nil {
			err = a.Runtime().Send(ctx, in.pid, strings.Repeat("x", 100<<10))
		}
		require.ErrorIs(l, err, context.DeadlineExceeded)
	})
}

func TestFlow_NothingOfAKilledProcessGetsOut(t *testing.T) {
	inLab(t, func(l *lab) {
		a := l.node("a@test", func(c *remote.Config) { c.QueueBytes = 300 << 10 })
		b := l.node("b@test")
		in := l.inbox(b, nil)
		result := make(chan error, 1)
		sender := l.spawn(a, func(ctx *runtime.Context) error {
			require.NoError(l, ctx.Link(in.pid))
			for i := 0; ; i++ {
				if err := ctx.SendRaw(in.pid, make([]byte, 200<<10)); err != nil {
					result <- err // a zombie, that goes on sending
					result <- ctx.Send(in.pid, "never")
					return nil
				}
				l.net.Partition([]string{"a@test"})
			}
		})
		synctest.Wait()
		require.NoError(l, a.Runtime().Exit(sender, signal.Kill))
		require.ErrorIs(l, <-result, runtime.ErrTerminated)
		require.ErrorIs(l, <-result, runtime.ErrTerminated)
		l.net.Heal()
		got := in.all()
		require.Equal(l, signal.Exit{From: sender, Reason: signal.Killed}, got[len(got)-1])
		require.NotContains(l, got, "never")
		require.Zero(l, connOf(b, "a@test").Dropped)
	})
}

func TestFragments_LargeMessageArrivesWholeBesideSmallOnes(t *testing.T) {
	inLab(t, func(l *lab) {
		l.net.SetDelay(time.Millisecond, time.Millisecond)
		change := func(c *remote.Config) { c.MaxMessageBytes = 20 << 20 }
		a, b := l.node("a@test", change), l.node("b@test", change)
		large, small := l.inbox(b, nil), l.inbox(b, nil)
		l.connect(a, b)
		want := note{7, strings.Repeat("0123456789", 1<<20)}
		done := make(chan struct{})
		l.spawn(a, func(ctx *runtime.Context) error {
			defer close(done)
			require.NoError(l, ctx.Send(large.pid, want))
			return ctx.Send(large.pid, "after")
		})
		var count atomic.Int64
		l.spawn(a, func(ctx *runtime.Context) error {
			for {
				select {
				case <-done:
					return nil
				default:
				}
				begun := time.Now()
				require.NoError(l, ctx.Send(small.pid, begun))
				at := (<-small.mail).(time.Time)
				require.True(l, at.Equal(begun))
				require.Less(l, time.Since(begun), 20*time.Millisecond, "a small message waits for a few fragments")
				count.Add(1)
			}
		})
		require.Equal(l, want, <-large.mail)
		require.Equal(l, "after", <-large.mail)
		require.Greater(l, count.Load(), int64(5))
		synctest.Wait()
	})
}

func TestFragments_EveryKindOfValue(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		server := l.spawn(b, echo)
		in := l.inbox(b, nil)
		text := strings.Repeat("x", 300<<10)
		l.run(a, func(ctx *runtime.Context) error {
			got, err := runtime.Call[note](ctx, server, note{1, text})
			require.NoError(l, err)
			require.Equal(l, note{1, text}, got)
			raw := bytes.Repeat([]byte{7}, 300<<10)
			require.NoError(l, ctx.SendRaw(in.pid, raw))
			require.Equal(l, raw, <-in.mail)
			require.NoError(l, ctx.SendRaw(in.pid, nil))
			require.Equal(l, []byte{}, <-in.mail)
			return nil
		})
		require.Zero(l, connOf(a, "b@test").Relations)
	})
}

func TestSend_WhatCannotTravelIsRefusedAtTheSender(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test", func(c *remote.Config) { c.MaxMessageBytes = 1 << 20 }), l.node("b@test")
		in := l.inbox(b, nil)
		require.NoError(l, b.Runtime().Register("in", in.pid))
		rt, name := a.Runtime(), pid.Name{Name: "in", Node: "b@test"}
		type nameless struct{ N int }
		for way, send := range map[string]func(v any) error{
			"Send":           func(v any) error { return rt.Send(bounded(l), in.pid, v) },
			"SendNamed":      func(v any) error { return rt.SendNamed(bounded(l), name, v) },
			"SendAfter":      func(v any) error { _, err := rt.SendAfter(in.pid, time.Second, v); return err },
			"SendNamedAfter": func(v any) error { _, err := rt.SendNamedAfter(name, time.Second, v); return err },
		} {
			require.ErrorIs(l, send(note{1, strings.Repeat("x", 2<<20)}), term.ErrTooLarge, way)
			require.ErrorIs(l, send(make(chan int)), term.ErrUnsendable, way)
			err := send(nameless{1})
			require.ErrorIs(l, err, term.ErrNotRegistered, way)
			require.ErrorContains(l, err, "call term.Register[remote_test.nameless]", way)
			require.NoError(l, send(way))
			after(time.Minute)
			require.Equal(l, []any{way}, in.all())
		}
		require.Zero(l, rt.Stats().Timers)
	})
}

func TestFragments_AbortLeavesTheConnectionUsable(t *testing.T) {
	inLab(t, func(l *lab) {
		a := l.node("a@test", func(c *remote.Config) { c.QueueBytes = 128 << 10 })
		b := l.node("b@test")
		in := l.inbox(b, nil)
		l.connect(a, b)
		l.net.Partition([]string{"a@test"})
		ctx, cancel := context.WithTimeout(bounded(l), time.Second)
		defer cancel()
		require.ErrorIs(l, a.Runtime().Send(ctx, in.pid, strings.Repeat("x", 10<<20)), context.DeadlineExceeded)
		l.net.Heal()
		require.NoError(l, a.Runtime().Send(bounded(l), in.pid, strings.Repeat("y", 1<<20)))
		require.Equal(l, []any{strings.Repeat("y", 1<<20)}, in.all())
	})
}

func TestSiding_FullMailboxHoldsUpItsOwnMessagesOnly(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test", func(c *remote.Config) { c.WaitingBytes = 1 << 20 })
		other := l.inbox(b, nil)
		open := make(chan struct{})
		var got []any
		done := make(chan struct{})
		full, err := b.Runtime().SpawnOpt(runtime.SpawnOptions{
			TrapExit: true, Mailbox: runtime.MailboxOptions{Capacity: 2, Policy: mailbox.Block},
		}, func(ctx *runtime.Context) error {
			defer close(done)
			<-open
			for {
				m, err := ctx.Recv()
				if err != nil {
					return err
				}
				got = append(got, m.Value())
				if m.Value() == "last" {
					return nil
				}
			}
		})
		require.NoError(l, err)
		var want []any
		goOn := make(chan struct{})
		sender := l.spawn(a, func(ctx *runtime.Context) error {
			for i := range 100 {
				require.NoError(l, ctx.Send(full, i))
			}
			<-goOn
			require.NoError(l, ctx.Exit(full, signal.Error("behind")))
			require.NoError(l, ctx.Send(full, "last"))
			require.NoError(l, ctx.Send(other.pid, "passes"))
			return nil
		})
		for i := range 100 {
			want = append(want, i)
		}
		want = append(want, signal.Exit{From: sender, Reason: signal.Error("behind")}, "last")
		// Another process's exit signal passes what waits.
		passer := l.spawn(a, func(ctx *runtime.Context) error {
			return ctx.Exit(full, signal.Error("passes"))
		})
		synctest.Wait()
		close(goOn)
		require.Equal(l, []any{"passes"}, other.all())
		require.Positive(l, connOf(b, "a@test").Waiting)
		close(open)
		<-done
		passed := signal.Exit{From: passer, Reason: signal.Error("passes")}
		require.Contains(l, got[:4], passed)
		var rest []any
		for _, v := range got {
			if v != any(passed) {
				rest = append(rest, v)
			}
		}
		require.Equal(l, want, rest)
		synctest.Wait()
		require.Zero(l, connOf(b, "a@test").Waiting)
	})
}

func TestSiding_TooMuchWaitingHoldsTheConnectionUp(t *testing.T) {
	inLab(t, func(l *lab) {
		a := l.node("a@test", func(c *remote.Config) { c.QueueBytes = 64 << 10 })
		b := l.node("b@test", func(c *remote.Config) { c.WaitingBytes = 64 << 10 })
		open := make(chan struct{})
		full, err := b.Runtime().SpawnOpt(runtime.SpawnOptions{
			Mailbox: runtime.MailboxOptions{Capacity: 1, Policy: mailbox.Block},
		}, func(ctx *runtime.Context) error {
			<-open
			for i := range 1000 {
				v, err := runtime.Receive[note](ctx)
				require.NoError(l, err)
				require.Equal(l, int64(i), v.Seq)
			}
			return nil
		})
		require.NoError(l, err)
		sent := make(chan struct{})
		l.spawn(a, func(ctx *runtime.Context) error {
			defer close(sent)
			for i := range 1000 {
				require.NoError(l, ctx.Send(full, note{int64(i), strings.Repeat("x", 1<<10)}))
			}
			return nil
		})
		synctest.Wait()
		require.Less(l, connOf(b, "a@test").Waiting, remote.ByteCount(70<<10))
		after(time.Minute)
		require.Equal(l, []string{"b@test"}, a.Nodes(), "heartbeats go on")
		handle, ok := b.Runtime().Process(full)
		require.True(l, ok)
		close(open)
		<-sent
		_, err = handle.Wait(bounded(l))
		require.NoError(l, err)
	})
}

func TestSiding_EveryPolicyOfMailbox(t *testing.T) {
	for _, policy := range []mailbox.Policy{mailbox.Reject, mailbox.DropNewest, mailbox.DropOldest} {
		t.Run(policy.String(), func(t *testing.T) {
			inLab(t, func(l *lab) {
				a, b := l.node("a@test"), l.node("b@test")
				full, err := b.Runtime().SpawnOpt(runtime.SpawnOptions{
					Mailbox: runtime.MailboxOptions{Capacity: 1, Policy: policy},
				}, func(ctx *runtime.Context) error {
					<-ctx.Done()
					return nil
				})
				require.NoError(l, err)
				l.run(a, func(ctx *runtime.Context) error {
					require.NoError(l, ctx.Send(full, 1))
					require.NoError(l, ctx.Send(full, 2))
					_, err := runtime.CallTimeout[int](ctx, full, 3, time.Second)
					if policy == mailbox.DropOldest {
						require.ErrorIs(l, err, runtime.ErrTimeout)
					} else {
						require.ErrorContains(l, err, "full")
					}
					return ctx.Exit(full, signal.Shutdown)
				})
				synctest.Wait()
				require.False(l, b.Runtime().IsAlive(full))
				require.Zero(l, connOf(b, "a@test").Relations)
			})
		})
	}
}

func TestClose_DrainsWhatWasSentBefore(t *testing.T) {
	inLab(t, func(l *lab) {
		l.net.SetDelay(time.Millisecond, 5*time.Millisecond)
		a, b := l.node("a@test"), l.node("b@test")
		atB, atA := l.inbox(b, nil), l.inbox(a, nil)
		l.connect(a, b)
		const count = 5000
		finished := make(chan struct{}, 2)
		flood := func(to pid.PID) runtime.Body {
			return func(ctx *runtime.Context) error {
				for i := range count {
					require.NoError(l, ctx.Send(to, i))
				}
				finished <- struct{}{}
				return nil
			}
		}
		l.spawn(a, flood(atB.pid))
		l.spawn(b, flood(atA.pid))
		<-finished
		<-finished
		require.NoError(l, a.Close(bounded(l)))
		require.Len(l, atB.all(), count)
		require.Len(l, atA.all(), count)
		require.Empty(l, b.Nodes())
	})
}

func TestClose_DoesNotWaitForAPeerThatIsSilent(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		l.connect(a, b)
		l.net.Partition([]string{"a@test"})
		begun := time.Now()
		require.NoError(l, a.Close(bounded(l)))
		require.LessOrEqual(l, time.Since(begun), remote.DefaultCloseTimeout)
	})
}

func TestDelivery_NobodyThere(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		l.connect(a, b)
		gone := pid.New(b.Runtime().Node().ID(), 12345)
		nobody := pid.Name{Name: "nobody", Node: "b@test"}
		var refs [2]pid.Ref
		in := l.inbox(a, func(ctx *runtime.Context) {
			require.NoError(l, ctx.Send(gone, "x"))
			require.NoError(l, ctx.SendNamed(nobody, "x"))
			require.NoError(l, ctx.Exit(gone, signal.Kill))
			_, err := runtime.Call[int](ctx, gone, 1)
			require.ErrorIs(l, err, runtime.ErrNoProc)
			_, err = runtime.CallNamed[int](ctx, nobody, 1)
			require.ErrorIs(l, err, runtime.ErrNoProc)
			require.ErrorIs(l, err, runtime.ErrNameNotFound)
			refs = [2]pid.Ref{ctx.Monitor(gone), ctx.MonitorNamed(nobody)}
			require.NoError(l, ctx.Link(gone))
		})
		require.Equal(l, []any{
			signal.Down{Ref: refs[0], PID: gone, Reason: signal.NoProc},
			signal.Down{Ref: refs[1], Name: nobody, Reason: signal.NoProc},
			signal.Exit{From: gone, Reason: signal.NoProc},
		}, in.all())
		require.Equal(l, uint64(2), connOf(b, "a@test").Dropped)
		require.Zero(l, connOf(a, "b@test").Relations)
		require.Zero(l, connOf(b, "a@test").Relations)
	})
}
