package application

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/internal/guard"
	"github.com/starlang-go/starlang/runtime/internal/inlet"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// The messages and keys of the reports. They are stable.
const (
	startedMessage = "application started"
	stoppedMessage = "application stopped"
	endedMessage   = "application ended by itself"
	killedMessage  = "application had to be killed"

	keyApp    = "application"
	keyPID    = "pid"
	keyReason = "reason"
)

// Program is applications that run. Make one with [Start]. All goroutines may share it.
// Source: OTP, application_controller.
type Program struct {
	rt    *runtime.Runtime
	log   *slog.Logger
	total time.Duration // for the whole stop
	ended chan struct{} // has a token, capacity 1, when an application has ended by itself
	over  chan struct{} // closed when the program has stopped

	// urgent ends when all is to be killed without waiting.
	urgent context.Context
	hurry  context.CancelFunc

	stopping sync.Mutex // held by who stops the program

	apps []*running // all of them, in start order; never changes

	mu    sync.Mutex
	state State // guarded by mu
}

// running is an application of a program.
type running struct {
	App
	done  chan struct{} // closed when it has stopped, or was not running
	begun chan struct{} // closed when the start of its tree has returned; nil: it was not tried

	starting atomic.Pointer[pid.PID] // the root, since its first child began to start

	// guarded by the program's mu
	state  State
	root   runtime.ProcessHandle // of one that has been started
	reason signal.ExitReason     // of one that has ended by itself
}

// Start starts applications, each after those that it depends on, and returns when all
// have started. ctx bounds that. If one cannot be started those that have started are
// stopped, and the error is that of [Run]. It is for tests, and for programs that wait for
// other things than [Run] does.
func Start(ctx context.Context, opts Options, apps ...App) (*Program, error) {
	p, err := newProgram(ctx, opts, apps)
	if err != nil {
		return nil, err
	}
	err = p.startAll(ctx)
	if err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = p.Stop() // what went wrong first is what matters
		return nil, err
	}
	return p, nil
}

func newProgram(ctx context.Context, opts Options, apps []App) (*Program, error) {
	ordered, err := startOrder(ctx, apps)
	if err != nil {
		return nil, err
	}
	rt := opts.Runtime
	if rt == nil {
		rt = runtime.MustNew(runtime.Config{})
	}
	p := &Program{rt: rt, log: inlet.Of(rt).Logger(), total: opts.stopTimeout(apps), ended: make(chan struct{}, 1), over: make(chan struct{}), state: Starting}
	p.urgent, p.hurry = context.WithCancel(context.Background())
	for _, a := range ordered {
		p.apps = append(p.apps, &running{App: a, done: make(chan struct{}), state: Waiting})
	}
	keep(rt, p)
	return p, nil
}

// Runtime returns where the processes live.
func (p *Program) Runtime() *runtime.Runtime { return p.rt }

// startAll starts the applications in order. If ctx ends meanwhile, that is no error, and
// those that have not started yet are left out.
func (p *Program) startAll(ctx context.Context) error {
	for _, app := range p.apps {
		err := p.start(ctx, app)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return &StartError{app.Name, err}
		}
	}
	p.enter(Running)
	return nil
}

func (p *Program) start(ctx context.Context, app *running) error {
	p.move(app, Starting)
	spec, err := guard.Call(ctx, 0,
		func() (supervisor.Spec, error) { return app.Root(app.Config) },
		func(supervisor.Spec) {})
	if err != nil {
		return err
	}
	app.begun = make(chan struct{})
	// When ctx ends, the time for the whole stop begins. What of the tree has started is then
	// stopped by its supervisors, for which stopApp waits.
	_, err = guard.Call(ctx, 0, func() (struct{}, error) {
		defer close(app.begun)
		return struct{}{}, p.startTree(ctx, app, spec)
	}, func(struct{}) {})
	return err
}

func (p *Program) startTree(ctx context.Context, app *running, spec supervisor.Spec) error {
	sup, err := supervisor.Start(ctx, p.rt, app.notingRoot(spec))
	if err != nil {
		return err
	}
	root, ok := p.rt.Process(sup)
	if !ok {
		return &EndError{app.Name, signal.NoProc} // it has ended already
	}
	p.mu.Lock()
	tooLate := app.state == Stopped
	if !tooLate {
		app.root, app.state = root, Running
	}
	p.mu.Unlock()
	if tooLate {
		supervisor.Kill(p.rt, sup)
		return context.Cause(ctx)
	}
	p.log.Info(startedMessage, slog.String(keyApp, app.Name), slog.String(keyPID, sup.String()))
	go p.watch(app) // ends with the root, which the program's stop ends
	return nil
}

// notingRoot returns spec with a first child whose start notes by what PID the tree is to be
// killed that does not stop in time while it starts.
func (app *running) notingRoot(spec supervisor.Spec) supervisor.Spec {
	if len(spec.Children) == 0 || spec.Children[0].Start == nil {
		return spec // it starts at once, or not at all
	}
	spec.Children = slices.Clone(spec.Children)
	first := spec.Children[0].Start
	spec.Children[0].Start = func(ctx context.Context) (pid.PID, error) {
		if sup, err := runtime.CurrentPID(ctx); err == nil {
			app.starting.Store(&sup)
		}
		return first(ctx)
	}
	return spec
}

// watch notes the end of an application.
func (p *Program) watch(app *running) {
	reason, _ := app.root.Wait(context.Background()) // the stop of the program waits for it, or kills it
	p.mu.Lock()
	byItself := app.state == Running
	if byItself {
		app.state, app.reason = Ended, reason
	}
	p.mu.Unlock()
	if !byItself {
		return
	}
	p.log.Warn(endedMessage, slog.String(keyApp, app.Name), slog.String(keyReason, reason.String()))
	select {
	case p.ended <- struct{}{}:
	default: // there is a token: its reader looks at all applications
	}
}

// Wait returns when the program is to stop: nil if ctx has ended, or no application is left;
// an [*EndError] if one has ended without which the program does not go on. It stops nothing.
// Only one goroutine may wait.
func (p *Program) Wait(ctx context.Context) error {
	for {
		if more, err := p.goesOn(); !more {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-p.over:
			return nil
		case <-p.ended:
		}
	}
}

// goesOn reports whether there is anything to wait for, and if not what the program has
// ended with.
func (p *Program) goesOn() (more bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, app := range p.apps {
		if app.state == Ended && app.endsAll(app.reason.IsNormal()) {
			return false, &EndError{app.Name, app.reason}
		}
		more = more || app.state == Running
	}
	return more, nil
}

func (p *Program) enter(s State) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state = s
}

func (p *Program) move(app *running, s State) {
	p.mu.Lock()
	defer p.mu.Unlock()
	app.state = s
}
