package remote_test

import (
	"context"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/internal/direct"
	"github.com/starlang-go/starlang/runtime"
)

// directNet is a network whose connections are written to by senders too. They count
// and may be told how many bytes to take.
type directNet struct {
	remote.Transport
	tries, writes atomic.Int64
	take          func(n int) int
}

func (d *directNet) Dial(ctx context.Context, addr string) (net.Conn, error) {
	c, err := d.Transport.Dial(ctx, addr)
	return directConn{c, d}, err
}

type directConn struct {
	net.Conn
	net *directNet
}

func (c directConn) TryWrite(b []byte) direct.Written {
	c.net.tries.Add(1)
	n, _ := c.Conn.Write(b[:c.net.take(len(b))])
	return direct.Written(n)
}

func (c directConn) Write(b []byte) (int, error) {
	c.net.writes.Add(1)
	return c.Conn.Write(b)
}

// TestDirect_WhoFindsTheConnIdleWritesItself: and nobody else does.
func TestDirect_WhoFindsTheConnIdleWritesItself(t *testing.T) {
	inLab(t, func(l *lab) {
		d := &directNet{take: func(n int) int { return n }}
		a := l.node("a@test", func(c *remote.Config) { d.Transport, c.Transport = c.Transport, d })
		b := l.node("b@test")
		in := l.inbox(b, nil)
		l.connect(a, b)
		send := func(vs ...any) (tries, writes int64) {
			tries, writes = d.tries.Load(), d.writes.Load()
			l.run(a, func(ctx *runtime.Context) error {
				for _, v := range vs {
					require.NoError(l, ctx.Send(in.pid, v))
				}
				return nil
			})
			synctest.Wait()
			return d.tries.Load() - tries, d.writes.Load() - writes
		}

		after(time.Millisecond)
		tries, writes := send(1)
		require.Equal(l, []int64{1, 0}, []int64{tries, writes}, "one that is alone")
		tries, writes = send(2)
		require.Equal(l, []int64{0, 1}, []int64{tries, writes}, "one that comes at once")
		after(time.Millisecond)
		tries, writes = send(3, 4, 5)
		require.EqualValues(l, 1, tries, "the first of many")
		require.LessOrEqual(l, writes, int64(2), "the others")
		after(time.Millisecond)
		long := string(make([]byte, 10_000))
		tries, writes = send(long)
		require.Equal(l, []int64{0, 1}, []int64{tries, writes}, "a long one")
		require.Equal(l, []any{1, 2, 3, 4, 5, long}, in.all())
	})
}

// TestDirect_WhatComesMeanwhileIsBehind: while a sender writes, all others queue up, the
// end of the connection too; and of what the sender writes the connection takes only a part.
func TestDirect_WhatComesMeanwhileIsBehind(t *testing.T) {
	for _, taken := range []int{0, 5} {
		inLab(t, func(l *lab) {
			writing, goOn := make(chan struct{}), make(chan struct{})
			d := &directNet{take: func(int) int {
				close(writing)
				<-goOn
				return taken
			}}
			a := l.node("a@test", func(c *remote.Config) { d.Transport, c.Transport = c.Transport, d })
			b := l.node("b@test")
			in := l.inbox(b, nil)
			l.connect(a, b)
			after(time.Millisecond)
			l.spawn(a, func(ctx *runtime.Context) error { return ctx.Send(in.pid, "first") })
			<-writing
			after(time.Second) // for a heartbeat, which queues up as well
			l.run(a, func(ctx *runtime.Context) error {
				require.NoError(l, ctx.Send(in.pid, "second"))
				return ctx.Send(in.pid, "third")
			})
			disconnected := make(chan error, 1)
			go func() {
				_, err := a.Disconnect(bounded(l), "b@test")
				disconnected <- err
			}()
			synctest.Wait()
			require.Empty(l, in.all())
			close(goOn)
			require.Equal(l, []any{"first", "second", "third"}, in.all())
			require.EqualValues(l, 1, d.tries.Load())
			require.NoError(l, <-disconnected)
		})
	}
}

// programNet is a network whose connections have a method that may not be called.
type programNet struct {
	remote.Transport
	called *atomic.Bool
}

func (n programNet) Dial(ctx context.Context, addr string) (net.Conn, error) {
	c, err := n.Transport.Dial(ctx, addr)
	return programConn{c, n.called}, err
}

type programConn struct {
	net.Conn
	called *atomic.Bool
}

func (c programConn) TryWrite([]byte) int { c.called.Store(true); return 0 }

// Senders write themselves to connections of this module only: they, who are processes of
// the program, shall not hang or end in one of its transports.
func TestDirect_NothingOfTheProgramIsCalledBySenders(t *testing.T) {
	inLab(t, func(l *lab) {
		in := l.inbox(l.node("b@test"), nil)
		var called atomic.Bool
		a := l.node("a@test", func(c *remote.Config) { c.Transport = programNet{c.Transport, &called} })
		require.NoError(l, a.Connect(bounded(l), "b@test"))
		for i := range 3 {
			after(time.Second) // it is idle
			require.NoError(l, a.Runtime().Send(bounded(l), in.pid, i))
		}
		require.Equal(l, []any{0, 1, 2}, in.all())
		require.False(l, called.Load())
	})
}

// TestDirect_NeverWaitsForASocket: what a socket has no room for is left, and all that
// it takes arrives.
func TestDirect_NeverWaitsForASocket(t *testing.T) {
	listener, err := remote.TCP{}.Listen("127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	near, err := remote.TCP{}.Dial(bounded(t), listener.Addr().String())
	require.NoError(t, err)
	far, err := listener.Accept()
	require.NoError(t, err)
	defer far.Close()

	w := remote.DirectWriter(near)
	require.NotNil(t, w)
	block := make([]byte, 100_000)
	for i := range block {
		block[i] = byte(i)
	}
	var sent int
	for full := 0; full < 3; {
		n := int(w.TryWrite(block[sent%256 : len(block)-256]))
		sent += n
		if n == 0 {
			full++
		}
	}
	require.NoError(t, near.Close())
	require.Zero(t, w.TryWrite(block), "it is closed")
	got, err := io.ReadAll(far)
	require.NoError(t, err)
	require.Len(t, got, sent)
	for i, b := range got {
		if b != byte(i) {
			require.Fail(t, "wrong byte", "%d", i)
		}
	}
}
