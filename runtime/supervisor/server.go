package supervisor

import (
	"context"
	"sync/atomic"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/internal/system"
)

// server is a supervisor: a server whose state is its children. As in OTP it traps
// exits: that of its parent ends it, that of a child is what it is there for.
//
// Whatever it waits for is bounded by what the children's specs say. It never waits
// for those who call it.
type server struct {
	system.Supervising

	spec     Spec // with defaults filled in
	parent   pid.PID
	children *children
	history  history
	retries  map[pid.Ref]*child // by what wakes the supervisor

	// bound ends when the start is to be given up; nil after it.
	bound context.Context
	// stopping ends when the supervisor is told to stop, also while it starts
	// a child and does not see the message, and when it gives up its start.
	stopping context.Context
	// failure is why Init failed, for the starter.
	failure atomic.Pointer[StartError]
}

var (
	_ genserver.Initializer    = (*server)(nil)
	_ genserver.ControlHandler = (*server)(nil)
	_ genserver.CastHandler    = (*server)(nil)
	_ genserver.InfoHandler    = (*server)(nil)
	_ genserver.Terminator     = (*server)(nil)
	_ genserver.StateFormatter = (*server)(nil)
)

func newServer(rt *runtime.Runtime, spec Spec, parent pid.PID) *server {
	spec = spec.withDefaults()
	return &server{
		spec:     spec,
		parent:   parent,
		children: newChildren(rt, spec.Strategy == Dynamic),
		history:  history{intensity: spec.Intensity, period: spec.Period},
		retries:  make(map[pid.Ref]*child),
	}
}

// Init starts the children. If one cannot be started, those that were are stopped.
func (s *server) Init(ctx *genserver.Context) error {
	s.children.keep(ctx.Context)
	b := s.begin(ctx)
	defer b.ended()
	child, err := s.startAll(ctx)
	if err = b.outcome(err); err == nil {
		return nil
	}
	s.Terminate(ctx, signal.Shutdown)
	failure := &StartError{s.spec.Name, child, err}
	s.failure.Store(failure)
	return signal.ShutdownReason(failure.Error())
}

// startAll starts the children that there are to begin with, and returns which one could
// not be started, and why.
func (s *server) startAll(ctx *genserver.Context) (child string, err error) {
	for _, spec := range s.spec.Children {
		c := s.children.add(spec)
		if err := s.start(ctx, c); err != nil {
			s.reportStart(ctx, c, err)
			return spec.ID, err
		}
	}
	return "", nil
}

// theProgram is the sender of exit signals that no process has sent. A supervisor
// obeys it as it does its parent: at the root of every tree stands the program.
var theProgram pid.PID

// HandleInfo handles the ends of children, and of waits before restarts.
func (s *server) HandleInfo(ctx *genserver.Context, msg any) error {
	switch m := msg.(type) {
	case signal.Exit:
		if m.From == theProgram {
			ctx.Stop(m.Reason)
			return nil
		}
		s.handleExit(ctx, m)
	case signal.Timeout:
		s.tryAgain(ctx, m.Ref)
	default:
		return genserver.ErrUnhandled
	}
	return nil
}

// handleExit handles an exit signal. Only one that comes from the end of a child
// matters: any process can send others. Source: OTP, supervisor:handle_info/2.
func (s *server) handleExit(ctx *genserver.Context, exit signal.Exit) {
	c := s.children.find(exit.From)
	if c == nil || c.state != Running {
		return
	}
	if _, lives := ctx.Runtime().Process(exit.From); !lives {
		s.ended(ctx, c, exit.Reason)
	}
}

// HandleCast handles what the supervisor has sent itself.
func (s *server) HandleCast(ctx *genserver.Context, msg any) error {
	again, ok := msg.(retryNow)
	if !ok {
		return genserver.ErrUnhandled
	}
	s.tryAgain(ctx, again.Ref)
	return nil
}

// Terminate stops the children: in reverse start order, those of a Dynamic supervisor
// all at the same time. Source: OTP, supervisor:terminate/2.
func (s *server) Terminate(ctx *genserver.Context, _ signal.ExitReason) {
	s.stopAll(ctx, s.children.ordered())
}

// FormatState shows the children.
func (s *server) FormatState() any { return s.describe() }

func (s *server) dynamic() bool { return s.spec.Strategy == Dynamic }
