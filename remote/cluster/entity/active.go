package entity

import (
	"sync/atomic"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// lease is the claim of a shard, and what starts its entities.
type lease struct {
	session *cluster.Session
	entry   directory.Entry
	start   func(l Lease, id string) (any, error)
	node    pid.NodeID
}

var _ Lease = (*lease)(nil)

func (l *lease) Fence() directory.Fence { return l.entry.Fence }
func (l *lease) Open() bool             { return l.session.Open() }

// active is an entity that runs: what its shard knows of it, and the server of its
// process, which is the user's behind a gate. There may be millions, most of them idle,
// so the two are one, and what an idle one does not have is apart.
type active struct {
	lease *lease
	inner any           // the user's server, of the process alone; its unstarted before
	done  atomic.Uint64 // messages that it is through with; the process counts

	// The rest is the shard's alone.
	process uint64 // the number of its PID
	sent    uint64 // messages given to it
	used    uint64 // the shard's clock when it got the last message
	busy    *busy  // nil while it is idle, and then its end is noticed by looking
}

// unstarted is an ID whose server has yet to be made.
type unstarted string

// busy is what a shard knows of an entity that has something to do.
type busy struct {
	id      string
	monitor pid.Ref
	calls   []pending // that may be unanswered, oldest first
	stopped bool      // it has got its last message; what comes waits in the shard
	waiting []*forwarded
}

// pending is a call that was given to an entity.
type pending struct {
	number uint64
	from   genserver.From
}

func (a *active) pid() pid.PID { return pid.New(a.lease.node, a.process) }

// settled forgets calls that the entity is through with.
func (a *active) settled() {
	b, done, n := a.busy, a.done.Load(), 0
	for n < len(b.calls) && b.calls[n].number <= done {
		n++
	}
	if b.calls = b.calls[n:]; len(b.calls) == 0 {
		b.calls = nil
	}
}

// idle reports whether the entity is through with all that it got.
func (a *active) idle() bool { return a.done.Load() == a.sent }

// stopped reports whether the entity has got its last message.
func (a *active) stopped() bool { return a.busy != nil && a.busy.stopped }

var (
	_ genserver.Initializer     = (*active)(nil)
	_ genserver.ContinueHandler = (*active)(nil)
	_ genserver.InfoHandler     = (*active)(nil)
	_ genserver.TimeoutHandler  = (*active)(nil)
	_ genserver.Terminator      = (*active)(nil)
	_ genserver.StateFormatter  = (*active)(nil)
)

// begin makes the server start the user's after Init, so that a shard does not wait for it.
type begin struct{}

// Init implements [genserver.Initializer].
func (a *active) Init(ctx *genserver.Context) error {
	ctx.Continue(begin{})
	return nil
}

// HandleContinue implements [genserver.ContinueHandler].
func (a *active) HandleContinue(ctx *genserver.Context, v any) error {
	if _, ok := v.(begin); ok {
		return a.begin(ctx)
	}
	if h, ok := a.inner.(genserver.ContinueHandler); ok {
		return h.HandleContinue(ctx, v)
	}
	return nil
}

func (a *active) begin(ctx *genserver.Context) error {
	if !a.lease.Open() {
		return signal.Killed
	}
	id := a.inner.(unstarted)
	inner, err := a.lease.start(a.lease, string(id))
	if err != nil {
		return err
	}
	a.inner = inner
	if h, ok := a.inner.(genserver.Initializer); ok {
		return h.Init(ctx)
	}
	return nil
}

// HandleInfo implements [genserver.InfoHandler].
func (a *active) HandleInfo(ctx *genserver.Context, msg any) error {
	switch m := msg.(type) {
	case stop:
		ctx.Stop(signal.Shutdown)
		return nil
	case *forwarded:
		return a.handle(ctx, m)
	}
	if h, ok := a.inner.(genserver.InfoHandler); ok && a.lease.Open() {
		return h.HandleInfo(ctx, msg)
	}
	return nil
}

// handle handles a message, unless the lease is over: then a call goes back, unhandled.
func (a *active) handle(ctx *genserver.Context, m *forwarded) error {
	if !a.lease.Open() {
		if m.from != (genserver.From{}) {
			_ = m.from.ReplyError(ctx, errMoved)
		}
		a.done.Add(1)
		return nil
	}
	if m.from == (genserver.From{}) {
		err := a.cast(ctx, m.msg)
		a.done.Add(1)
		return err
	}
	a.call(ctx, m)
	a.done.Add(1)
	return nil
}

func (a *active) cast(ctx *genserver.Context, msg any) error {
	if h, ok := a.inner.(genserver.CastHandler); ok {
		return h.HandleCast(ctx, msg)
	}
	return nil
}

func (a *active) call(ctx *genserver.Context, m *forwarded) {
	h, ok := a.inner.(genserver.CallHandler)
	if !ok {
		_ = m.from.ReplyError(ctx, genserver.ErrUnhandled)
		return
	}
	reply, err := h.HandleCall(ctx, m.from, m.msg)
	switch {
	case err != nil:
		_ = m.from.ReplyError(ctx, err)
	case reply != genserver.NoReply:
		_ = m.from.Reply(ctx, reply)
	}
}

// HandleTimeout implements [genserver.TimeoutHandler].
func (a *active) HandleTimeout(ctx *genserver.Context) error {
	if h, ok := a.inner.(genserver.TimeoutHandler); ok && a.lease.Open() {
		return h.HandleTimeout(ctx)
	}
	return nil
}

// Terminate implements [genserver.Terminator].
func (a *active) Terminate(ctx *genserver.Context, reason signal.ExitReason) {
	if h, ok := a.inner.(genserver.Terminator); ok {
		h.Terminate(ctx, reason)
	}
}

// SnapshotState implements [genserver.StateSnapshotter].
func (a *active) SnapshotState() genserver.StateFormatter {
	if f, ok := a.inner.(genserver.StateSnapshotter); ok {
		return f.SnapshotState()
	}
	return shown{a.inner}
}

// FormatState implements [genserver.StateFormatter].
func (a *active) FormatState() any { return shown{a.inner}.FormatState() }

// shown formats the state of a user's server.
type shown struct{ inner any }

func (s shown) FormatState() any {
	if f, ok := s.inner.(genserver.StateFormatter); ok {
		return f.FormatState()
	}
	return s.inner
}
