package remote_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

// couple is two processes of two nodes, which do what a test tells them to.
type couple struct {
	*lab
	a, b *remote.Node
	p, q puppet
}

// puppet is a process that acts when it is told to.
type puppet struct {
	pid  pid.PID
	acts chan func(ctx *runtime.Context)
}

// couple makes p on a, and q on b with a mailbox of options box. Both trap exits.
func (l *lab) couple(box runtime.MailboxOptions) *couple {
	c := &couple{lab: l, a: l.node("a@test"), b: l.node("b@test")}
	l.connect(c.a, c.b)
	l.spawn(c.b, idle) // so that p and q differ in their numbers
	c.p = l.puppet(c.a, runtime.MailboxOptions{})
	c.q = l.puppet(c.b, box)
	return c
}

func (l *lab) puppet(n *remote.Node, box runtime.MailboxOptions) puppet {
	l.Helper()
	p := puppet{acts: make(chan func(*runtime.Context))}
	var err error
	p.pid, err = n.Runtime().SpawnOpt(runtime.SpawnOptions{TrapExit: true, Mailbox: box}, func(ctx *runtime.Context) error {
		for {
			select {
			case act := <-p.acts:
				act(ctx)
			case <-ctx.Done():
				return nil
			}
		}
	})
	require.NoError(l, err)
	return p
}

// does makes a puppet act, and waits until all that follows has happened.
func (p puppet) does(act func(ctx *runtime.Context)) {
	p.acts <- act
	synctest.Wait()
}

// requireAgreed checks that both processes and both nodes are of one mind.
func (c *couple) requireAgreed(linked bool) {
	c.Helper()
	atA, _ := c.a.Runtime().Info(c.p.pid)
	atB, _ := c.b.Runtime().Info(c.q.pid)
	want := 0
	if linked {
		want = 1
	}
	require.Len(c, atA.Links, want, "links of p")
	require.Len(c, atB.Links, want, "links of q")
	require.Equal(c, want, connOf(c.a, "b@test").Relations)
	require.Equal(c, want, connOf(c.b, "a@test").Relations)
}

// blocked lets p send q, whose mailbox is full, something and then act; free makes room.
func (c *couple) blocked(act func(ctx *runtime.Context)) (free func()) {
	c.p.does(func(ctx *runtime.Context) {
		require.NoError(c, ctx.Send(c.q.pid, 1))
		require.NoError(c, ctx.Send(c.q.pid, 2))
		act(ctx)
	})
	return func() {
		c.q.does(func(ctx *runtime.Context) {
			for range 2 {
				_, err := ctx.RecvMatch(func(m runtime.Message) bool { return m.Value() != nil })
				require.NoError(c, err)
			}
		})
	}
}

var boundedBox = runtime.MailboxOptions{Capacity: 1, Policy: mailbox.Block}

// Links and unlinks do not wait behind messages that wait for room: they let these in.
func TestRelations_LinkBehindMessagesTakesEffectAtOnce(t *testing.T) {
	inLab(t, func(l *lab) {
		c := l.couple(boundedBox)
		free := c.blocked(func(ctx *runtime.Context) { require.NoError(l, ctx.Link(c.q.pid)) })
		c.requireAgreed(true)
		c.q.does(func(ctx *runtime.Context) {
			require.NoError(l, ctx.Link(c.p.pid))
			require.NoError(l, ctx.Unlink(c.p.pid))
		})
		c.requireAgreed(false)
		free()
		c.requireAgreed(false)
	})
}

func TestRelations_UnlinkBehindMessagesTakesEffectAtOnce(t *testing.T) {
	inLab(t, func(l *lab) {
		c := l.couple(boundedBox)
		c.p.does(func(ctx *runtime.Context) { require.NoError(l, ctx.Link(c.q.pid)) })
		c.requireAgreed(true)
		free := c.blocked(func(ctx *runtime.Context) { require.NoError(l, ctx.Unlink(c.q.pid)) })
		c.requireAgreed(false)
		c.q.does(func(ctx *runtime.Context) {
			require.NoError(l, ctx.Unlink(c.p.pid))
			require.NoError(l, ctx.Link(c.p.pid))
		})
		c.requireAgreed(true)
		free()
		c.requireAgreed(true)
	})
}

func TestRelations_LinkBehindMessagesToOneWhoEnds(t *testing.T) {
	inLab(t, func(l *lab) {
		c := l.couple(boundedBox)
		c.blocked(func(ctx *runtime.Context) { require.NoError(l, ctx.Link(c.q.pid)) })
		require.NoError(l, c.b.Runtime().Exit(c.q.pid, signal.Kill))
		synctest.Wait()
		c.p.does(func(ctx *runtime.Context) {
			require.Equal(l, signal.Exit{From: c.q.pid, Reason: signal.Killed}, receive[signal.Exit](l, ctx))
			_, err := ctx.TryRecv()
			require.Error(l, err, "one exit")
		})
		require.Zero(l, connOf(c.a, "b@test").Relations)
		require.Zero(l, connOf(c.b, "a@test").Relations)
	})
}

// Two processes link and unlink each other as fast as they can.
func TestRelations_LinksAndUnlinksConcurrentSafe(t *testing.T) {
	inLab(t, func(l *lab) {
		c := l.couple(runtime.MailboxOptions{})
		flicker := func(other pid.PID) func(ctx *runtime.Context) {
			return func(ctx *runtime.Context) {
				for range 5 {
					require.NoError(l, ctx.Link(other))
					require.NoError(l, ctx.Unlink(other))
					require.NoError(l, ctx.Link(other))
				}
			}
		}
		for range 2000 / slowdown {
			c.p.acts <- flicker(c.q.pid)
			c.q.does(flicker(c.p.pid))
			state, _ := c.a.Runtime().Info(c.p.pid)
			c.requireAgreed(len(state.Links) == 1)
		}
	})
}
