package supervisor

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/starlang-go/starlang/pid"
)

// Values of [Spec].Intensity, and its defaults. Source: OTP, supervisor, "Restart
// intensity and period".
const (
	DefaultIntensity = 1
	DefaultPeriod    = 5 * time.Second
	// NoRestarts is the intensity of a supervisor that gives up at the first
	// child that would have to be restarted: OTP's intensity 0.
	NoRestarts = -1
)

// Values of [ChildSpec].Shutdown, and its default for a worker.
const (
	DefaultShutdown = 5 * time.Second
	// BrutalKill kills the child at once.
	BrutalKill time.Duration = -1
	// Infinity waits for as long as the child takes. Supervisors have it by
	// default: they stop within what their own children are given.
	Infinity time.Duration = math.MaxInt64
)

// Spec says what a supervisor is. The zero Spec is a supervisor without children
// that has OTP's defaults. It is checked and copied when the supervisor starts.
type Spec struct {
	// Name is registered before the children start. "" is fine.
	Name     string
	Strategy Strategy
	// Intensity and Period bound how often children are restarted: if more
	// than Intensity restarts would fall into a Period, the supervisor gives
	// up: it stops all children and ends with reason shutdown. 0 means
	// [DefaultIntensity] and [DefaultPeriod]. As in OTP, the clock by which this
	// is counted shows whole seconds, unless Period is not a number of them.
	Intensity int
	Period    time.Duration
	// AutoShutdown says whether the end of significant children ends the
	// supervisor.
	AutoShutdown AutoShutdown
	// Children are started in this order, and stopped in the reverse order. A
	// Dynamic supervisor has none to begin with.
	Children []ChildSpec
	// Template, of a Dynamic supervisor, makes its children, which then are
	// started by [StartInstance]. Without it [StartChild] takes any spec.
	Template *Template
	// MaxChildren bounds the children of a Dynamic supervisor. 0: no bound.
	MaxChildren int
	// StartTimeout bounds the context in which each child starts. 0: no
	// bound, as in OTP. Also without it, a supervisor that is told to stop does
	// not wait for a child to start: the context ends.
	StartTimeout time.Duration
	// Backoff, if set, makes restarts wait. OTP has none.
	Backoff Backoff
}

// StartFunc starts a child's process in the name of the supervisor: it must link
// the process with the supervisor, and return when the process is ready. The ready
// made ones are genserver.StartLink, [StartLink], and those of [Body] and
// [ReadyBody].
//
// ctx carries the supervisor's process and ends when the supervisor is to stop, or the
// StartTimeout is over; a start function must obey it: the supervisor does nothing else
// meanwhile. It runs in a goroutine of its own: a panic or Goexit is a failed start. One
// that fails must leave no process behind; one that returns a process more than 5 s after
// the end of ctx has failed, and that process is killed. [ErrIgnore] says that there is to
// be no process, and that is fine. It counts if it is returned itself, or by
// genserver.StartLink because the server's Init has returned it itself; an error that only
// wraps it is a failure.
// Source: OTP, supervisor, "Child specification", start.
type StartFunc func(ctx context.Context) (pid.PID, error)

// ChildSpec says what a child is.
type ChildSpec struct {
	// ID names the child among its siblings. Under a Dynamic supervisor it may
	// stand for many, which are told apart by their PIDs.
	ID    string
	Start StartFunc
	// Restart says when the child is restarted. The zero value is Permanent.
	Restart Restart
	// Significant children decide over automatic shutdown. They must not be
	// Permanent, and need a supervisor whose AutoShutdown is not Never.
	Significant bool
	// Shutdown is how long the child is given to end after an exit signal with
	// reason shutdown; then it is killed, a supervisor with all that is below it.
	// 0 means [DefaultShutdown], and [Infinity] for supervisors; there is also
	// [BrutalKill]. If it is longer than the child's exit grace, it is in place of
	// that.
	Shutdown time.Duration
	// Type says whether the child is a supervisor itself.
	Type Type
}

// Template makes the children of a [Dynamic] supervisor. Make one with
// [NewTemplate].
type Template struct {
	spec  ChildSpec
	start func(ctx context.Context, arg any) (pid.PID, error)
}

// NewTemplate returns the template of children that are started with an argument of
// type A, which [StartInstance] is given. spec says all but how they start: its Start
// must be nil. start is called as a [StartFunc] is.
// Source: OTP, supervisor, simple_one_for_one.
func NewTemplate[A any](spec ChildSpec, start func(ctx context.Context, arg A) (pid.PID, error)) *Template {
	t := &Template{spec: spec}
	if start == nil {
		return t // it is refused when the supervisor starts
	}
	t.start = func(ctx context.Context, arg any) (pid.PID, error) {
		a, ok := arg.(A)
		if !ok {
			return pid.PID{}, argTypeError[A](arg)
		}
		return start(ctx, a)
	}
	return t
}

// instance returns the spec of the child that is started with arg.
func (t *Template) instance(arg any) ChildSpec {
	spec := t.spec
	spec.Start = func(ctx context.Context) (pid.PID, error) { return t.start(ctx, arg) }
	return spec
}

// withDefaults returns a copy of s in which every default stands for itself.
func (s Spec) withDefaults() Spec {
	switch s.Intensity {
	case 0:
		s.Intensity = DefaultIntensity
	case NoRestarts:
		s.Intensity = 0
	}
	if s.Period == 0 {
		s.Period = DefaultPeriod
	}
	s.Backoff = s.Backoff.withDefaults()
	s.Children = slices.Clone(s.Children)
	for i, c := range s.Children {
		s.Children[i] = c.withDefaults()
	}
	if s.Template != nil {
		s.Template = &Template{s.Template.spec.withDefaults(), s.Template.start}
	}
	return s
}

func (c ChildSpec) withDefaults() ChildSpec {
	switch {
	case c.Shutdown != 0:
	case c.Type == Supervisor:
		c.Shutdown = Infinity
	default:
		c.Shutdown = DefaultShutdown
	}
	return c
}
