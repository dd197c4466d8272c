package entity

import (
	"sync/atomic"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// lease is the claim of a shard.
type lease struct {
	session *cluster.Session
	entry   directory.Entry
}

var _ Lease = (*lease)(nil)

func (l *lease) Fence() directory.Fence { return l.entry.Fence }
func (l *lease) Open() bool             { return l.session.Open() }

// active is an entity that runs, as its shard knows it.
type active struct {
	pid     pid.PID
	sent    uint64         // messages given to it
	done    *atomic.Uint64 // messages that it is through with; the entity counts
	calls   []pending      // that may be unanswered, oldest first
	used    int64          // the shard's clock when it got the last message
	stopped bool           // it has got its last message; what comes waits in the shard
	waiting []*forwarded
}

// pending is a call that was given to an entity.
type pending struct {
	number uint64
	from   genserver.From
}

// settled forgets calls that the entity is through with.
func (a *active) settled() {
	done, n := a.done.Load(), 0
	for n < len(a.calls) && a.calls[n].number <= done {
		n++
	}
	if a.calls = a.calls[n:]; len(a.calls) == 0 {
		a.calls = nil
	}
}

// idle reports whether the entity is through with all that it got.
func (a *active) idle() bool { return a.done.Load() == a.sent }

// server is the process of an entity: the user's server, behind a gate.
type server struct {
	lease *lease
	done  *atomic.Uint64
	start func() (any, error)
	inner any // nil until it has been started
}

var (
	_ genserver.Initializer     = (*server)(nil)
	_ genserver.ContinueHandler = (*server)(nil)
	_ genserver.InfoHandler     = (*server)(nil)
	_ genserver.TimeoutHandler  = (*server)(nil)
	_ genserver.Terminator      = (*server)(nil)
	_ genserver.StateFormatter  = (*server)(nil)
)

// begin makes the server start the user's after Init, so that a shard does not wait for it.
type begin struct{}

// Init implements [genserver.Initializer].
func (s *server) Init(ctx *genserver.Context) error {
	ctx.Continue(begin{})
	return nil
}

// HandleContinue implements [genserver.ContinueHandler].
func (s *server) HandleContinue(ctx *genserver.Context, v any) error {
	if _, ok := v.(begin); ok {
		return s.begin(ctx)
	}
	if h, ok := s.inner.(genserver.ContinueHandler); ok {
		return h.HandleContinue(ctx, v)
	}
	return nil
}

func (s *server) begin(ctx *genserver.Context) (err error) {
	if !s.lease.Open() {
		return signal.Killed
	}
	if s.inner, err = s.start(); err != nil {
		return err
	}
	s.start = nil
	if h, ok := s.inner.(genserver.Initializer); ok {
		return h.Init(ctx)
	}
	return nil
}

// HandleInfo implements [genserver.InfoHandler].
func (s *server) HandleInfo(ctx *genserver.Context, msg any) error {
	switch m := msg.(type) {
	case stop:
		ctx.Stop(signal.Shutdown)
		return nil
	case *forwarded:
		return s.handle(ctx, m)
	}
	if h, ok := s.inner.(genserver.InfoHandler); ok && s.lease.Open() {
		return h.HandleInfo(ctx, msg)
	}
	return nil
}

// handle handles a message, unless the lease is over: then a call goes back, unhandled.
func (s *server) handle(ctx *genserver.Context, m *forwarded) error {
	if !s.lease.Open() {
		if m.from != (genserver.From{}) {
			_ = m.from.ReplyError(ctx, errMoved)
		}
		s.done.Add(1)
		return nil
	}
	if m.from == (genserver.From{}) {
		err := s.cast(ctx, m.msg)
		s.done.Add(1)
		return err
	}
	s.call(ctx, m)
	s.done.Add(1)
	return nil
}

func (s *server) cast(ctx *genserver.Context, msg any) error {
	if h, ok := s.inner.(genserver.CastHandler); ok {
		return h.HandleCast(ctx, msg)
	}
	return nil
}

func (s *server) call(ctx *genserver.Context, m *forwarded) {
	h, ok := s.inner.(genserver.CallHandler)
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
func (s *server) HandleTimeout(ctx *genserver.Context) error {
	if h, ok := s.inner.(genserver.TimeoutHandler); ok && s.lease.Open() {
		return h.HandleTimeout(ctx)
	}
	return nil
}

// Terminate implements [genserver.Terminator].
func (s *server) Terminate(ctx *genserver.Context, reason signal.ExitReason) {
	if h, ok := s.inner.(genserver.Terminator); ok {
		h.Terminate(ctx, reason)
	}
}

// SnapshotState implements [genserver.StateSnapshotter].
func (s *server) SnapshotState() genserver.StateFormatter {
	if f, ok := s.inner.(genserver.StateSnapshotter); ok {
		return f.SnapshotState()
	}
	return s
}

// FormatState implements [genserver.StateFormatter].
func (s *server) FormatState() any {
	if f, ok := s.inner.(genserver.StateFormatter); ok {
		return f.FormatState()
	}
	return s.inner
}
