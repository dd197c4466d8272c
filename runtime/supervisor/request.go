package supervisor

import (
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/term"
)

// The requests. All but startChild, which holds a function, also come from other
// nodes. They are no messages: a process that is no supervisor does not get to see them, and
// within a node the argument of startInstance is handed over, as that of a function is.
type (
	startChild     struct{ spec ChildSpec }
	startInstance  struct{ Arg any }
	terminateChild struct{ Child childRef }
	restartChild   struct{ ID string }
	deleteChild    struct{ ID string }
	whichChildren  struct{}
	countChildren  struct{}
	describe       struct{}
)

// childRef names a child: by PID, or if that is zero by ID.
type childRef struct {
	PID pid.PID
	ID  string
}

// childList is the reply to whichChildren.
type childList struct{ List []ChildInfo }

// description is the reply to describe.
type description struct {
	PID      pid.PID
	Name     string
	Strategy Strategy
	Children []ChildInfo
}

func init() {
	term.MustRegister[startInstance]("supervisor.StartInstance")
	term.MustRegister[terminateChild]("supervisor.TerminateChild")
	term.MustRegister[restartChild]("supervisor.RestartChild")
	term.MustRegister[deleteChild]("supervisor.DeleteChild")
	term.MustRegister[whichChildren]("supervisor.WhichChildren")
	term.MustRegister[countChildren]("supervisor.CountChildren")
	term.MustRegister[describe]("supervisor.Describe")
	term.MustRegister[childList]("supervisor.Children")
	term.MustRegister[Counts]("supervisor.Counts")
	term.MustRegister[description]("supervisor.Description")
}

// HandleControl does what is asked for. Source: OTP, supervisor:handle_call/3.
func (s *server) HandleControl(ctx *genserver.Context, _ genserver.From, req any) (any, error) {
	switch r := req.(type) {
	case startChild:
		return s.startChild(ctx, r.spec)
	case startInstance:
		return s.startInstance(ctx, r.Arg)
	case terminateChild:
		return nil, s.terminateChild(ctx, r.Child)
	case restartChild:
		return s.restartChild(ctx, r.ID)
	case deleteChild:
		return nil, s.deleteChild(r.ID)
	case whichChildren:
		return childList{s.describe().Children}, nil
	case countChildren:
		return s.counts(), nil
	case describe:
		d := s.describe()
		d.PID = ctx.PID()
		return d, nil
	}
	return nil, genserver.ErrUnhandled
}

func (s *server) startChild(ctx *genserver.Context, spec ChildSpec) (any, error) {
	if err := s.spec.checkChild(spec, "new"); err != nil {
		return nil, err
	}
	if s.spec.Template != nil {
		return nil, ErrTemplate
	}
	if c := s.children.byID[spec.ID]; c != nil { // never of a dynamic supervisor
		return nil, childError(spec.ID, c.present())
	}
	return s.startNew(ctx, spec.withDefaults())
}

func (s *server) startInstance(ctx *genserver.Context, arg any) (any, error) {
	if s.spec.Template == nil {
		return nil, ErrTemplate
	}
	return s.startNew(ctx, s.spec.Template.instance(arg))
}

// startNew adds a child if it can be started.
func (s *server) startNew(ctx *genserver.Context, spec ChildSpec) (any, error) {
	if bound := s.spec.MaxChildren; bound > 0 && len(s.children.all) >= bound {
		return nil, childError(spec.ID, fmt.Errorf("%w: %d", ErrMaxChildren, bound))
	}
	c := s.children.add(spec)
	if err := s.start(ctx, c); err != nil {
		s.children.drop(c)
		return nil, childError(spec.ID, err)
	}
	if c.state != Running {
		return nil, childError(spec.ID, ErrIgnore)
	}
	return c.pid, nil
}

func (s *server) terminateChild(ctx *genserver.Context, ref childRef) error {
	if ref.PID.IsZero() && s.dynamic() {
		return childError(ref.ID, ErrDynamic)
	}
	c := s.children.byID[ref.ID]
	if !ref.PID.IsZero() {
		c = s.children.find(ref.PID)
	}
	switch {
	case c != nil:
		s.stop(ctx, []*child{c})
		return nil
	case s.dynamic() && !ctx.IsAlive(ref.PID):
		return nil // it has ended by itself: no matter who was first
	}
	return ref.notFound()
}

func (r childRef) notFound() error {
	if r.PID.IsZero() {
		return childError(r.ID, ErrNotFound)
	}
	return fmt.Errorf("%s: %w", r.PID, ErrNotFound)
}

func (s *server) restartChild(ctx *genserver.Context, id string) (any, error) {
	c, err := s.atRest(id)
	if err != nil {
		return nil, childError(id, err)
	}
	if err := s.start(ctx, c); err != nil {
		return nil, childError(id, err)
	}
	if c.state != Running {
		return nil, childError(id, ErrIgnore)
	}
	c.restarts++
	return c.pid, nil
}

func (s *server) deleteChild(id string) error {
	c, err := s.atRest(id)
	if err != nil {
		return childError(id, err)
	}
	s.children.drop(c)
	return nil
}

// atRest returns a child that is neither running nor about to be, and whose last process has
// left nothing that still runs.
func (s *server) atRest(id string) (*child, error) {
	c := s.children.byID[id]
	switch {
	case s.dynamic():
		return nil, ErrDynamic
	case c == nil:
		return nil, ErrNotFound
	case c.state == Running, c.awaitsOrphans():
		return nil, ErrRunning
	case c.state == Restarting:
		return nil, ErrRestarting
	}
	return c, nil
}

// Counts are the numbers of a supervisor's children.
// Source: OTP, supervisor:count_children/1.
type Counts struct {
	Specs       int // of all; of a supervisor with a Template one
	Active      int // that are running
	Supervisors int // of that type, running or not
	Workers     int // of that type, running or not
}

func (s *server) counts() Counts {
	n := Counts{Specs: len(s.children.all)}
	if s.spec.Template != nil {
		n.Specs = 1
	}
	for c := range s.children.all {
		if c.state == Running {
			n.Active++
		}
		if c.spec.Type == Supervisor {
			n.Supervisors++
		} else {
			n.Workers++
		}
	}
	return n
}

func (s *server) describe() description {
	d := description{Name: s.spec.Name, Strategy: s.spec.Strategy}
	for _, c := range s.children.ordered() {
		d.Children = append(d.Children, c.info())
	}
	return d
}
