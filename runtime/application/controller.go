package application

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
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

// controller runs applications. Source: OTP, application_controller.
type controller struct {
	rt      *runtime.Runtime
	log     *slog.Logger
	running []*running // in start order
	ended   chan *running
	over    chan struct{} // closed when Run returns

	patience context.Context // ends when all is to be killed
	lose     context.CancelFunc
}

// running is an application that was started.
type running struct {
	App
	root   runtime.ProcessHandle
	reason signal.ExitReason // set before it is sent to ended
}

func newController(rt *runtime.Runtime) *controller {
	c := &controller{rt: rt, log: rt.Logger(), ended: make(chan *running), over: make(chan struct{})}
	c.patience, c.lose = context.WithCancel(context.Background())
	return c
}

// startAll starts the applications in order. If ctx ends meanwhile, that is no error, and
// those that have not started yet are left out.
func (c *controller) startAll(ctx context.Context, apps []App) error {
	for _, a := range apps {
		err := c.start(ctx, a)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return &StartError{a.Name, err}
		}
	}
	return nil
}

func (c *controller) start(ctx context.Context, a App) error {
	spec, err := a.Root(a.Config)
	if err != nil {
		return err
	}
	p, err := supervisor.Start(ctx, c.rt, spec)
	if err != nil {
		return err
	}
	root, ok := c.rt.Process(p)
	if !ok {
		return &EndError{a.Name, signal.NoProc} // it has ended already
	}
	app := &running{App: a, root: root}
	c.running = append(c.running, app)
	c.log.Info(startedMessage, slog.String(keyApp, a.Name), slog.String(keyPID, p.String()))
	go c.watch(app) // ends with the root, or with Run
	return nil
}

// watch tells of the end of an application, unless nobody listens any more.
func (c *controller) watch(app *running) {
	app.reason, _ = app.root.Wait(context.Background()) // Run does not return before the root has ended
	select {
	case c.ended <- app:
	case <-c.over:
	}
}

// wait returns when the applications are to be stopped: nil if ctx has ended, else that
// one of them has.
func (c *controller) wait(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case app := <-c.ended:
			c.log.Warn(endedMessage, slog.String(keyApp, app.Name), slog.String(keyReason, app.reason.String()))
			c.running = slices.DeleteFunc(c.running, func(other *running) bool { return other == app })
			if app.Restart == supervisor.Permanent || app.Restart == supervisor.Transient && app.reason.IsFailure() {
				return &EndError{app.Name, app.reason}
			}
			if len(c.running) == 0 {
				return nil
			}
		}
	}
}

// stopAll stops the applications in reverse order, and then all else there is.
func (c *controller) stopAll() error {
	var failed StopError
	for _, app := range slices.Backward(c.running) {
		if !c.stop(app) {
			failed.Apps = append(failed.Apps, app.Name)
		}
	}
	c.sweep(&failed)
	if len(failed.Apps)+len(failed.Processes)+len(failed.Abandoned) == 0 {
		return nil
	}
	return &failed
}

// stop stops an application and reports false if it had to be killed.
func (c *controller) stop(app *running) bool {
	app.root.Exit(signal.Shutdown)
	bound, cancel := context.WithTimeout(c.patience, app.stopTimeout())
	defer cancel()
	if _, err := app.root.Wait(bound); err == nil {
		c.log.Info(stoppedMessage, slog.String(keyApp, app.Name))
		return true
	}
	app.root.Exit(signal.Kill)
	c.log.Error(killedMessage, slog.String(keyApp, app.Name))
	return false
}

// sweepTimeout is how long processes that are left over are given: those of a tree whose
// root was killed, and those that never were in a tree.
const sweepTimeout = 5 * time.Second

func (c *controller) sweep(failed *StopError) {
	bound, cancel := context.WithTimeout(c.patience, sweepTimeout)
	defer cancel()
	var left *runtime.ShutdownError
	if errors.As(c.rt.Shutdown(bound), &left) {
		failed.Processes, failed.Abandoned = left.Killed, left.Zombies
	}
}
