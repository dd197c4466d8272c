package remote_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/remotetest"
	"github.com/starlang-go/starlang/runtime"
)

// lab is nodes on a network in memory, in a bubble where time costs nothing.
type lab struct {
	*testing.T
	net *remotetest.Network
}

// inLab runs a test in a lab.
func inLab(t *testing.T, test func(l *lab)) {
	synctest.Test(t, func(t *testing.T) {
		test(&lab{t, remotetest.New(1)})
	})
}

// node starts a node, whose config change may change.
func (l *lab) node(name string, change ...func(*remote.Config)) *remote.Node {
	l.Helper()
	cfg := l.net.Config(name)
	cfg.Logger = quiet
	for _, f := range change {
		f(&cfg)
	}
	n, err := remote.Start(runtime.MustNew(runtime.Config{Name: name, Logger: quiet}), cfg)
	require.NoError(l, err)
	l.Cleanup(func() { stop(l, n) })
	return n
}

// spawn starts a process.
func (l *lab) spawn(n *remote.Node, body runtime.Body) pid.PID {
	l.Helper()
	p, err := n.Runtime().Spawn(body)
	require.NoError(l, err)
	return p
}

// run runs a process to its end.
func (l *lab) run(n *remote.Node, body runtime.Body) {
	l.Helper()
	run(l, n, body)
}

// connect connects two nodes and waits until both know.
func (l *lab) connect(a, b *remote.Node) {
	l.Helper()
	require.NoError(l, a.Connect(bounded(l), b.Name()))
	synctest.Wait()
	require.Contains(l, b.Nodes(), a.Name())
}

// idle waits for its exit signal.
func idle(ctx *runtime.Context) error {
	_, err := ctx.RecvMatch(func(runtime.Message) bool { return false })
	return err
}

// inbox is a process whose messages a test reads.
type inbox struct {
	pid  pid.PID
	mail chan any
}

// inbox starts a process that passes all it receives on, and lets setUp act with its
// context first. It traps exits.
func (l *lab) inbox(n *remote.Node, setUp func(ctx *runtime.Context)) inbox {
	l.Helper()
	in := inbox{mail: make(chan any, 1<<16)}
	ready := make(chan struct{})
	in.pid = l.spawn(n, func(ctx *runtime.Context) error {
		ctx.SetTrapExit(true)
		if setUp != nil {
			setUp(ctx)
		}
		close(ready)
		for {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			in.mail <- m.Value()
		}
	})
	<-ready
	return in
}

// next returns what comes next, within the time of a test.
func (in inbox) next(t testing.TB) any {
	t.Helper()
	select {
	case v := <-in.mail:
		return v
	case <-time.After(testTimeout):
		require.Fail(t, "nothing has come")
		return nil
	}
}

// all returns what has come so far, once nothing goes on any more.
func (in inbox) all() (got []any) {
	synctest.Wait()
	for len(in.mail) > 0 {
		got = append(got, <-in.mail)
	}
	return got
}

// after lets time pass.
func after(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}
