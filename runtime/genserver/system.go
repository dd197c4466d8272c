package genserver

import (
	"context"
	"fmt"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/internal/system"
	"github.com/starlang-go/starlang/runtime/internal/text"
	"github.com/starlang-go/starlang/term"
)

// sysRequest is a request to the server loop. The server's methods never see it.
type sysRequest struct {
	system.Mark // a full mailbox takes it
	Op          sysOp
	Arg         any
}

// ImmutableTerm marks a sysRequest as free to share: its argument is of a type
// that is, or is handed over as that of [Control] is.
func (sysRequest) ImmutableTerm() {}

// sysOp says what is asked for, by its number on the wire.
type sysOp uint8

const (
	opState sysOp = iota + 1
	opReplace
	opSuspend
	opResume
	opStatistics
	opTrace
	opTraced
	opStop
	opControl
	opInspect
)

func init() {
	term.MustRegister[sysRequest]("genserver.System")
	term.MustRegister[Statistics]("genserver.Statistics")
	system.UnsafeState = getUnsafeState
}

// system does what a system request asks for.
func (s *server) system(from From, r sysRequest) {
	var reply any
	switch r.Op {
	case opState:
		if _, unsafe := r.Arg.(unsafeState); unsafe {
			s.showView(from, s.unsafeView())
			return
		}
		s.show(from)
		return
	case opTraced:
		kept := s.rareOf().trace.last()
		s.replyOrText(from, traceReply{kept}, func() any { return traceReply{asText(kept)} })
		return
	case opControl, opInspect:
		s.handleControl(from, r.Arg)
		return
	case opStop:
		if reason, ok := r.Arg.(signal.ExitReason); ok {
			s.ctx.Stop(reason)
			return // the caller sees the end
		}
	case opSuspend, opResume:
		s.suspended = r.Op == opSuspend
	case opReplace:
		reply = s.replace(r.Arg)
	case opStatistics:
		reply = s.statistics()
	case opTrace:
		size, _ := r.Arg.(int)
		s.makeRare().trace = newTrace(size)
	default:
		reply = failureOf(fmt.Errorf("%w: system request %d", ErrUnhandled, r.Op))
	}
	_ = from.Reply(s.ctx.Context, reply)
}

// replacer makes a new state of an old one. It is passed within a node only.
type replacer struct {
	replace func(any) (any, error)
}

// ImmutableTerm marks a replacer as free to share between processes.
func (replacer) ImmutableTerm() {}

// unsafeState asks for the state itself. It is passed within a node only.
type unsafeState struct{}

// ImmutableTerm marks an unsafeState as free to share between processes.
func (unsafeState) ImmutableTerm() {}

// getUnsafeState is [system.UnsafeState].
func getUnsafeState(ctx context.Context, server pid.PID) (string, error) {
	v, to, err := callSystem(ctx, server, sysRequest{Op: opState, Arg: unsafeState{}})
	if err != nil {
		return "", err
	}
	return replyAs[string](to, v)
}

// unsafeView shows the text of the state. It calls methods of the program, those that say
// what a value's text is.
func (s *server) unsafeView() view {
	impl, copied := s.copied()
	return view{what: "show state", show: func() any { return text.Of(impl, text.MaxStateBytes) }, apart: copied}
}

// replace returns the reply: nil, or a failure.
func (s *server) replace(arg any) any {
	r, ok := arg.(replacer)
	if !ok {
		return failureOf(fmt.Errorf("replace state: %w", ErrUnhandled))
	}
	if err := s.replaceBy(r.replace); err != nil {
		return failureOf(err)
	}
	return nil
}

func (s *server) replaceBy(replace func(any) (any, error)) error {
	if h, ok := s.impl.(StateReplacer); ok {
		return h.ReplaceState(replace)
	}
	impl, err := replace(s.impl)
	if err != nil {
		return err
	}
	impl = asServer(impl)
	handlers, err := checkServer(impl)
	if err != nil {
		return err
	}
	s.impl, s.handlers = impl, handlers
	return nil
}

func (s *server) statistics() Statistics {
	return Statistics{
		Server: fmt.Sprintf("%T", s.impl), Age: s.ctx.Age(), QueueLen: s.ctx.QueueLen(),
		Calls: s.counts.calls, Casts: s.counts.casts, Infos: s.counts.infos, Suspended: s.suspended,
	}
}

// isForSuspended reports whether m is what a suspended server heeds.
func (s *server) isForSuspended(m runtime.Message) bool {
	switch m.Kind() {
	case runtime.KindCall:
		r, ok := m.Value().(sysRequest)
		return ok && !r.waitsForResume()
	case runtime.KindSystem:
		return s.isStop(m.Value())
	}
	return false
}

// Statistics are numbers of a server's life.
type Statistics struct {
	Server    string // the Go type
	Age       time.Duration
	QueueLen  int    // messages that wait
	Calls     uint64 // calls, casts and other messages that it has handled
	Casts     uint64
	Infos     uint64
	Suspended bool
}
