package remote_test

import (
	"context"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

// slowNet is a network whose connections count their writes. Once there is a gate, each
// write waits until that is closed.
type slowNet struct {
	remote.Transport
	writes atomic.Int64
	gate   atomic.Pointer[chan struct{}]
}

func (n *slowNet) Dial(ctx context.Context, addr string) (net.Conn, error) {
	c, err := n.Transport.Dial(ctx, addr)
	return slowConn{c, n}, err
}

type slowConn struct {
	net.Conn
	net *slowNet
}

func (c slowConn) Write(b []byte) (int, error) {
	c.net.writes.Add(1)
	if gate := c.net.gate.Load(); gate != nil {
		<-*gate
	}
	return c.Conn.Write(b)
}

// TestWrite_OneCallForMany: a message that is alone leaves at once, in a write of its
// own; those that come while a write goes on leave together in the next one.
func TestWrite_OneCallForMany(t *testing.T) {
	inLab(t, func(l *lab) {
		slow := &slowNet{}
		a := l.node("a@test", func(c *remote.Config) { slow.Transport, c.Transport = c.Transport, slow })
		b := l.node("b@test")
		in := l.inbox(b, nil)
		l.connect(a, b)
		send := func(n int) {
			l.run(a, func(ctx *runtime.Context) error {
				for i := range n {
					require.NoError(t, ctx.Send(in.pid, note{int64(i), "small"}))
				}
				return nil
			})
			synctest.Wait()
		}

		before := slow.writes.Load()
		send(1)
		require.Len(t, in.all(), 1, "it has not waited for others, nor for any time")
		require.Equal(t, before+1, slow.writes.Load())

		gate := make(chan struct{})
		slow.gate.Store(&gate)
		send(1000)
		require.Empty(t, in.all())
		close(gate)
		require.Len(t, in.all(), 1000)
		require.LessOrEqual(t, slow.writes.Load(), before+3, "those that came first, then all others")
	})
}
