package remotetest_test

import (
	"context"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/remote/remotetest"
)

// connect returns both ends of a connection from a to b.
func connect(t *testing.T, n *remotetest.Network) (a, b net.Conn) {
	t.Helper()
	l, err := n.Host("b").Listen("b")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	a, err = n.Host("a").Dial(context.Background(), "b")
	require.NoError(t, err)
	b, err = l.Accept()
	require.NoError(t, err)
	t.Cleanup(func() { _, _ = a.Close(), b.Close() })
	require.Equal(t, "a", b.RemoteAddr().String())
	require.Equal(t, "b", a.RemoteAddr().String())
	return a, b
}

func read(t *testing.T, c net.Conn, want string) {
	t.Helper()
	buf := make([]byte, len(want))
	_, err := io.ReadFull(c, buf)
	require.NoError(t, err)
	require.Equal(t, want, string(buf))
}

func write(t *testing.T, c net.Conn, text string) {
	t.Helper()
	n, err := c.Write([]byte(text))
	require.NoError(t, err)
	require.Equal(t, len(text), n)
}

func TestConn_BytesArriveInOrderAfterTheDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := remotetest.New(1)
		a, b := connect(t, n)
		n.SetDelay(time.Second, 2*time.Second)
		begun := time.Now()
		write(t, a, "hel")
		write(t, a, "lo")
		read(t, b, "hello")
		require.GreaterOrEqual(t, time.Since(begun), time.Second)
		require.Less(t, time.Since(begun), 2*time.Second)
	})
}

func TestConn_CloseArrivesBehindWhatWasWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := remotetest.New(1)
		n.SetDelay(time.Second, time.Second)
		a, b := connect(t, n)
		write(t, a, "bye")
		require.NoError(t, a.Close())
		require.ErrorIs(t, a.Close(), net.ErrClosed)
		read(t, b, "bye")
		_, err := b.Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF)
		_, err = b.Write([]byte("x"))
		require.ErrorIs(t, err, syscall.EPIPE)
		_, err = a.Read(make([]byte, 1))
		require.ErrorIs(t, err, net.ErrClosed)
		require.NoError(t, b.Close())
		require.Zero(t, n.Connections())
	})
}

func TestConn_Deadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := connect(t, remotetest.New(1))
		begun := time.Now()
		require.NoError(t, a.SetReadDeadline(begun.Add(time.Second)))
		_, err := a.Read(make([]byte, 1))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.Equal(t, time.Second, time.Since(begun))

		require.NoError(t, a.SetDeadline(time.Now().Add(time.Second)))
		n, err := a.Write(make([]byte, 1<<20))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.Less(t, n, 1<<20, "a writer waits for its reader")

		require.NoError(t, a.SetDeadline(time.Time{}))
		write(t, b, "x")
		read(t, a, "x")
	})
}

func TestNetwork_PartitionHoldsBackAndHealDelivers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := remotetest.New(1)
		a, b := connect(t, n)
		n.Partition([]string{"a"}, []string{"b"})
		write(t, a, "held")
		require.NoError(t, b.SetReadDeadline(time.Now().Add(time.Minute)))
		_, err := b.Read(make([]byte, 1))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_, err = n.Host("a").Dial(ctx, "b")
		require.ErrorIs(t, err, context.DeadlineExceeded)

		n.Heal()
		require.NoError(t, b.SetReadDeadline(time.Time{}))
		read(t, b, "held")
	})
}

func TestNetwork_CutBreaksBothEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := remotetest.New(1)
		a, b := connect(t, n)
		require.Zero(t, n.Cut("a", "c"))
		require.Equal(t, 1, n.Cut("b", "a"))
		for _, c := range []net.Conn{a, b} {
			_, err := c.Read(make([]byte, 1))
			require.ErrorIs(t, err, remotetest.ErrCut)
			_, err = c.Write([]byte("x"))
			require.ErrorIs(t, err, remotetest.ErrCut)
		}
	})
}

func TestNetwork_ListenAndDialSayWhatIsWrong(t *testing.T) {
	n := remotetest.New(1)
	_, err := n.Host("a").Dial(context.Background(), "b")
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	l, err := n.Host("b").Listen("b")
	require.NoError(t, err)
	_, err = n.Host("b").Listen("b")
	require.ErrorIs(t, err, syscall.EADDRINUSE)
	require.NoError(t, l.Close())
	require.NoError(t, l.Close())
	_, err = l.Accept()
	require.ErrorIs(t, err, net.ErrClosed)
}
