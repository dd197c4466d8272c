package registry

import (
	"context"
	"iter"

	"github.com/puzpuzpuz/xsync/v3"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// Handle stands for a process in the table.
type Handle interface {
	// Deliver gives the process a signal. It is called by any goroutine, for
	// each sender in the order of its signals. It waits only for room in a
	// bounded mailbox, until ctx ends.
	Deliver(ctx context.Context, env signal.Envelope) error
	// BindName notes in the process's own record that it has name, in one step
	// with checking that it is alive (else ErrNoProc) and has no name yet (else
	// ErrAlreadyNamed). It is called with the name's slot of the table locked
	// and must not use the registry.
	BindName(name string) error
	// UnbindName takes the note of name away again. The same rules hold.
	UnbindName(name string)
}

// Registry is the table of a node's processes and names, and the route to those
// of other nodes. All goroutines may share it. Make it with [New].
type Registry[H Handle] struct {
	node  pid.NodeID
	procs *xsync.MapOf[uint64, H]
	names *xsync.MapOf[string, named[H]]
	hook  *hookSlot
}

// New returns the empty registry of the node with the given identity.
func New[H Handle](node pid.NodeID) *Registry[H] {
	return &Registry[H]{
		node:  node,
		procs: xsync.NewMapOfWithHasher[uint64, H](hashID),
		names: xsync.NewMapOf[string, named[H]](),
		hook:  new(hookSlot),
	}
}

// NewDefault is [New] for the one default node of a program: its hook is the one
// that the package-level [SetRemoteSendHook] sets.
func NewDefault[H Handle](node pid.NodeID) *Registry[H] {
	r := New[H](node)
	r.hook = &defaultHook
	return r
}

// hashID spreads the numbers of PIDs, which follow each other. The table knows
// its node, so the number alone is the key.
func hashID(id, seed uint64) uint64 {
	h := (id ^ seed) * 0x9e3779b97f4a7c15
	return h ^ h>>32
}

// Node returns the identity of the node that the registry serves.
func (r *Registry[H]) Node() pid.NodeID { return r.node }

// SetRemoteSendHook sets the way to other nodes. It can be set once: a second
// call returns [ErrHookSet].
func (r *Registry[H]) SetRemoteSendHook(h RemoteSendHook) error { return r.hook.set(h) }

// Register adds a process. It returns [ErrNotLocal] if p is not of this node and
// [ErrRegistered] if it is there already.
func (r *Registry[H]) Register(p pid.PID, h H) error {
	if !p.IsLocal(r.node) {
		return ErrNotLocal
	}
	if _, loaded := r.procs.LoadOrStore(p.ID(), h); loaded {
		return ErrRegistered
	}
	return nil
}

// Unregister takes a process out; if it is not there, it does nothing. A name that the
// process has is to be freed before, by [Registry.ReleaseName]: until then the name
// leads to the handle of the process that has ended.
func (r *Registry[H]) Unregister(p pid.PID) {
	if p.IsLocal(r.node) {
		r.procs.Delete(p.ID())
	}
}

// Get returns the handle of a process of this node.
func (r *Registry[H]) Get(p pid.PID) (h H, ok bool) {
	if !p.IsLocal(r.node) {
		return h, false
	}
	return r.procs.Load(p.ID())
}

// Contains reports whether p is in the table.
func (r *Registry[H]) Contains(p pid.PID) bool {
	_, ok := r.Get(p)
	return ok
}

// Len returns the number of processes in the table.
func (r *Registry[H]) Len() int { return r.procs.Size() }

// All iterates over the processes, in no order. The table may change meanwhile:
// a process that is there all the time is seen once, one that comes or goes may
// be seen or not.
func (r *Registry[H]) All() iter.Seq2[pid.PID, H] {
	return func(yield func(pid.PID, H) bool) {
		r.procs.Range(func(id uint64, h H) bool { return yield(pid.New(r.node, id), h) })
	}
}

// PIDs iterates over the PIDs of the processes, like [Registry.All].
func (r *Registry[H]) PIDs() iter.Seq[pid.PID] {
	return func(yield func(pid.PID) bool) {
		r.procs.Range(func(id uint64, _ H) bool { return yield(pid.New(r.node, id)) })
	}
}
