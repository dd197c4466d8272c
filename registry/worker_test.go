package registry_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
)

// worker is the simplest process: it keeps what is delivered to it.
type worker struct {
	mu   sync.Mutex
	got  []signal.Envelope // guarded by mu
	name string            // guarded by mu
	dead bool              // guarded by mu
}

func (w *worker) Deliver(_ context.Context, env signal.Envelope) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead {
		return registry.ErrNoProc
	}
	w.got = append(w.got, env)
	return nil
}

func (w *worker) BindName(name string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.dead:
		return registry.ErrNoProc
	case w.name != "":
		return registry.ErrAlreadyNamed
	}
	w.name = name
	return nil
}

func (w *worker) UnbindName(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.name == name {
		w.name = ""
	}
}

// die ends the worker as a process does: first its own record, then the table.
func (w *worker) die(r *registry.Registry[*worker], p pid.PID) {
	w.mu.Lock()
	name := w.name
	w.dead, w.name = true, ""
	w.mu.Unlock()
	if name != "" {
		r.ReleaseName(name, p)
	}
	r.Unregister(p)
}

func (w *worker) received() []signal.Envelope {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.got
}

// node is a registry with the identity that makes its PIDs.
type node struct {
	*registry.Registry[*worker]
	id *pid.Node
}

func newNode(t testing.TB, name string) node {
	t.Helper()
	id, err := pid.NewNode(name)
	require.NoError(t, err)
	return node{registry.New[*worker](id.ID()), id}
}

func (n node) add(t testing.TB) (pid.PID, *worker) {
	t.Helper()
	p, w := n.id.NextPID(), new(worker)
	require.NoError(t, n.Register(p, w))
	return p, w
}

func message(v any) signal.Envelope { return signal.Envelope{Kind: signal.Message, Value: v} }
