package supervisor_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// world is a runtime in a synctest bubble, and what its test's processes tell.
type world struct {
	*testing.T
	rt   *runtime.Runtime
	ctx  *runtime.Context // the test's own process, which traps exits
	logs *logs

	mu    sync.Mutex
	notes []string // guarded by mu
}

// logs is a log that is written to by many.
type logs struct {
	mu  sync.Mutex
	buf bytes.Buffer // guarded by mu
}

func (l *logs) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// within runs body in a process of a new runtime, in a bubble with a clock of its own,
// and requires that nothing is left when it has ended.
func within(t *testing.T, body func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, logs: &logs{}}
		w.rt = runtime.MustNew(runtime.Config{Logger: slog.New(slog.NewTextHandler(w.logs, nil))})
		require.NoError(t, w.rt.Run(context.Background(), func(ctx *runtime.Context) error {
			ctx.SetTrapExit(true)
			w.ctx = ctx
			body(w)
			return nil
		}))
		_ = w.rt.Shutdown(context.Background())
		require.Zero(t, w.rt.Len())
		require.Zero(t, w.rt.ZombieCount())
	})
}

func (w *world) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.notes = append(w.notes, fmt.Sprintf(format, args...))
}

// noted waits until nothing happens any more and returns, once, what was noted.
func (w *world) noted() []string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	notes := w.notes
	w.notes = nil
	return notes
}

// start starts a supervisor linked with the test's process.
func (w *world) start(spec supervisor.Spec) pid.PID {
	w.Helper()
	p, err := supervisor.StartLink(w.ctx, spec)
	require.NoError(w, err)
	return p
}

// worker returns the spec of a child that notes its start and its end and ends with the
// reason it is sent, by exit signal or as a message.
func (w *world) worker(id string) supervisor.ChildSpec {
	return supervisor.ChildSpec{ID: id, Start: supervisor.ReadyBody(runtime.SpawnOptions{TrapExit: true}, w.work(id))}
}

func (w *world) work(id string) runtime.AckBody {
	return func(ctx *runtime.Context, starter runtime.From) error {
		w.note("start %s", id)
		if err := ctx.Reply(starter, nil); err != nil {
			return err
		}
		for {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			switch v := m.Value().(type) {
			case signal.Exit:
				w.note("stop %s: %s", id, v.Reason)
				return v.Reason
			case signal.ExitReason:
				return v
			}
		}
	}
}

func workers(w *world, restart supervisor.Restart, ids ...string) (specs []supervisor.ChildSpec) {
	for _, id := range ids {
		spec := w.worker(id)
		spec.Restart = restart
		specs = append(specs, spec)
	}
	return specs
}

// child returns what a supervisor tells of a child.
func (w *world) child(sup pid.PID, id string) supervisor.ChildInfo {
	w.Helper()
	all, err := supervisor.WhichChildren(w.ctx, sup)
	require.NoError(w, err)
	for _, c := range all {
		if c.ID == id {
			return c
		}
	}
	require.Failf(w, "no such child", "%q among %v", id, all)
	return supervisor.ChildInfo{}
}

// crash makes a child end for a reason, and waits until all that follows is over.
func (w *world) crash(sup pid.PID, id string, reason signal.ExitReason) {
	w.Helper()
	require.NoError(w, w.ctx.Send(w.child(sup, id).PID, reason))
	synctest.Wait()
}

// running returns the IDs of the children that are running, in start order.
func (w *world) running(sup pid.PID) (ids []string) {
	w.Helper()
	all, err := supervisor.WhichChildren(w.ctx, sup)
	require.NoError(w, err)
	for _, c := range all {
		if c.State == supervisor.Running {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// ended waits for the exit signal of a supervisor.
func (w *world) ended(sup pid.PID) signal.ExitReason {
	w.Helper()
	exit, err := runtime.ReceiveMatch(w.ctx, func(e signal.Exit) bool { return e.From == sup })
	require.NoError(w, err)
	return exit.Reason
}

// stop stops a supervisor as a parent does.
func (w *world) stop(sup pid.PID) signal.ExitReason {
	w.Helper()
	require.NoError(w, w.ctx.Exit(sup, signal.Shutdown))
	return w.ended(sup)
}

var boom = signal.Error("boom")

var errBoom = errors.New("boom")

var discard = slog.New(slog.DiscardHandler)
