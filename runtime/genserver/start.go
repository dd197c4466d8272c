package genserver

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/internal/system"
)

// Options says how a server starts. The zero value is fine.
type Options struct {
	// Name is registered before Init runs. If it is taken there is no server:
	// the error is runtime.ErrNameTaken.
	Name string
	// Via is a name of a [runtime.NameService], registered before Init runs, and
	// freed by the service when the server has ended. The zero Via is none.
	// Source: OTP, gen_server, server_name() {via, Module, ViaName}.
	Via runtime.Via
	// Label is a text for people, shown in reports and listings.
	Label string
	// TrapExit makes the server trap exits from its first instruction on:
	// exit signals go to HandleInfo, except that those of its parent and of the
	// program, as of a Runtime.Shutdown, stop it, with Terminate.
	TrapExit bool
	// ExitGrace is how long an exit signal other than kill waits for a method
	// to return. 0 means the runtime's.
	ExitGrace time.Duration
	// CallTimeout is how long the calls wait that the server's methods make with
	// their Context and that have no deadline. 0 means the runtime's, see
	// [runtime.Config].CallTimeout; [runtime.NoTimeout] is no limit.
	CallTimeout time.Duration
	// Mailbox bounds the mailbox. The zero value does not.
	Mailbox runtime.MailboxOptions
	// HibernateAfter is how long the server has nothing to do before it
	// hibernates: it is then without a goroutine until a message comes, and
	// notices nothing. It is looked at once in that time, so it may be nearly
	// twice as long. 0 means [DefaultHibernateAfter]; [HibernateAtOnce] and
	// [HibernateNever] are no times. Unless never, a server also hibernates
	// when it has started and there is no message yet.
	// Source: OTP, gen_server:start_link/3, hibernate_after.
	HibernateAfter time.Duration
}

// Values of [Options].HibernateAfter.
const (
	// DefaultHibernateAfter is so long that to wake up, which takes about a
	// microsecond, is nothing to a server that does so no more often.
	DefaultHibernateAfter = time.Second
	// HibernateAtOnce is for many servers that are seldom busy.
	HibernateAtOnce time.Duration = 1
	// HibernateNever keeps the goroutine.
	HibernateNever time.Duration = -1
)

func (o Options) spawn() runtime.SpawnOptions {
	return runtime.SpawnOptions{
		Name: o.Name, Via: o.Via, Label: o.Label, TrapExit: o.TrapExit, ExitGrace: o.ExitGrace, Mailbox: o.Mailbox,
	}
}

// Start starts a server and waits until its Init has returned. ctx is a process's
// own Context or derives from it, or from a [runtime.NewContext], and bounds the wait:
// when it ends first, the new process is killed. The error is a [*StartError]; after it,
// nothing is left of the process. Helper goroutines may start servers too.
// Source: OTP, gen_server:start/3.
func Start(ctx context.Context, server any, opts Options) (pid.PID, error) {
	p, _, err := start(ctx, server, opts, opts.spawn())
	return p, err
}

// StartLink is [Start] that links the server with the process, its parent. A
// failed start is only an error: no exit signal comes from it.
// Source: OTP, gen_server:start_link/3.
func StartLink(ctx context.Context, server any, opts Options) (pid.PID, error) {
	spawn := opts.spawn()
	spawn.Link = true
	p, _, err := start(ctx, server, opts, spawn)
	return p, err
}

// StartMonitor is [Start] that monitors the server.
// Source: OTP, gen_server:start_monitor/3.
func StartMonitor(ctx context.Context, server any, opts Options) (pid.PID, pid.Ref, error) {
	spawn := opts.spawn()
	spawn.Monitor = true
	return start(ctx, server, opts, spawn)
}

func start(ctx context.Context, impl any, opts Options, spawn runtime.SpawnOptions) (pid.PID, pid.Ref, error) {
	p, ref, err := startServer(plain(ctx), impl, opts, spawn)
	if err != nil {
		err = &StartError{Server: fmt.Sprintf("%T", impl), Name: opts.Name, Err: err}
	}
	return p, ref, err
}

func startServer(ctx context.Context, impl any, opts Options, spawn runtime.SpawnOptions) (pid.PID, pid.Ref, error) {
	parent, ok := runtime.FromContext(ctx)
	if !ok {
		return startInProgram(ctx, impl, opts, spawn)
	}
	impl = asServer(impl)
	handlers, err := checkServer(impl)
	if err != nil {
		return pid.PID{}, pid.Ref{}, err
	}
	s := newServer(impl, opts)
	s.handlers = handlers
	s.linked = spawn.Link
	spawn.Behaviour = behaviourOf(impl)
	refusal := make(chan error, 1) // what Init returned, for us
	p, ref, err := parent.SpawnAck(ctx, spawn, func(c *runtime.Context, starter runtime.From) error {
		return s.begin(c, starter, refusal)
	})
	if err == nil {
		return p, ref, nil
	}
	select {
	case err = <-refusal: // says more than the exit reason
	default:
		var failed *runtime.SpawnError
		if errors.As(err, &failed) {
			err = failed.Err // ours says the rest
		}
	}
	return pid.PID{}, pid.Ref{}, err
}

// startInProgram is startServer with a context that carries no process: one is made for
// the start. A link or a monitor needs one that lasts.
func startInProgram(ctx context.Context, impl any, opts Options, spawn runtime.SpawnOptions) (p pid.PID, _ pid.Ref, err error) {
	rt, ok := runtime.RuntimeFrom(ctx)
	if !ok || spawn.Link || spawn.Monitor {
		return pid.PID{}, pid.Ref{}, runtime.ErrNotInProcess
	}
	ran := rt.Run(ctx, func(c *runtime.Context) error {
		p, _, err = startServer(c, impl, opts, spawn)
		return nil
	})
	if err == nil && p.IsZero() {
		err = ran // there was no process to begin with
	}
	return p, pid.Ref{}, err
}

func behaviourOf(impl any) runtime.Behaviour {
	if _, is := impl.(system.Supervisor); is {
		return runtime.Supervisor
	}
	return runtime.Server
}

// begin is the body of a new server.
func (s *server) begin(c *runtime.Context, starter runtime.From, refusal chan<- error) error {
	s.attach(c)
	if err := s.init(); err != nil {
		refusal <- err
		if err == ErrIgnore { // wrapped, it is that of a server which Init has started
			return nil
		}
		return err
	}
	if err := c.Reply(starter, nil); err != nil {
		return err // we have ended meanwhile
	}
	return s.run(c)
}

// attach makes c the process of the server.
func (s *server) attach(c *runtime.Context) {
	s.ctx.Context = c
	if s.rareOf().callTimeout != 0 {
		ctx := s.limitCalls(c)
		s.ctx.made.Store(&ctx)
	}
}

// init runs Init. A server that stops in it has not started.
func (s *server) init() error {
	i, ok := s.impl.(Initializer)
	if !ok {
		return nil
	}
	if err := i.Init(&s.ctx); err != nil {
		return err
	}
	if stop := s.rareOf().stop; stop != nil {
		return *stop
	}
	return nil
}
