package application

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// Stop stops the applications: each when those that depend on it have stopped, so those
// that have nothing to do with each other at the same time. It returns nil if all stopped
// as they were asked to, else a [*StopError]. The runtime goes on. A second Stop waits for
// the first, and does nothing.
func (p *Program) Stop() error {
	ctx, cancel := context.WithTimeout(p.urgent, p.total)
	defer cancel()
	return p.stop(ctx).orNil()
}

// stop stops the applications. When ctx ends, those that still run are killed.
func (p *Program) stop(ctx context.Context) *StopError {
	p.stopping.Lock()
	defer p.stopping.Unlock()
	failed := new(StopError)
	if p.stopped() {
		return failed
	}
	p.enter(Stopping)
	var all sync.WaitGroup
	late := make([]bool, len(p.apps))
	for i, app := range p.apps {
		all.Go(func() { // ends with the application, which is given a time
			defer close(app.done)
			for _, other := range p.apps {
				if slices.Contains(other.DependsOn, app.Name) {
					<-other.done
				}
			}
			late[i] = !p.stopApp(ctx, app)
		})
	}
	all.Wait()
	for i, app := range slices.Backward(p.apps) {
		if late[i] {
			failed.Apps = append(failed.Apps, app.Name)
		}
	}
	p.enter(Stopped)
	close(p.over)
	return failed
}

func (p *Program) stopped() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state == Stopped
}

// stopApp stops an application and reports false if it had to be killed.
func (p *Program) stopApp(ctx context.Context, app *running) bool {
	if app.StopTimeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, app.StopTimeout)
		defer cancel()
	}
	if !app.awaitStart(ctx) {
		p.move(app, Stopped)
		if sup := app.starting.Load(); sup != nil {
			supervisor.Kill(p.rt, *sup)
		}
		p.log.Error(killedMessage, slog.String(keyApp, app.Name))
		return false
	}
	p.mu.Lock()
	runs := app.state == Running
	switch app.state {
	case Running:
		app.state = Stopping
	case Waiting, Starting:
		app.state = Stopped
	}
	p.mu.Unlock()
	if !runs {
		return true
	}
	defer p.move(app, Stopped)
	app.root.Exit(signal.Shutdown)
	if _, err := app.root.Wait(ctx); err == nil {
		p.log.Info(stoppedMessage, slog.String(keyApp, app.Name))
		return true
	}
	supervisor.Kill(p.rt, app.root.PID())
	p.log.Error(killedMessage, slog.String(keyApp, app.Name))
	return false
}

// awaitStart waits until the start of the application's tree has returned, if it was tried: one
// that is given up returns when what had started has stopped. It reports false if ctx ends first.
func (app *running) awaitStart(ctx context.Context) bool {
	if app.begun == nil {
		return true
	}
	select {
	case <-app.begun:
		return true
	default:
	}
	select {
	case <-app.begun:
		return true
	case <-ctx.Done():
		return false
	}
}

// strayTimeout is how long processes are given that are in no tree, or were left behind.
const strayTimeout = 5 * time.Second

// stopRuntime ends all that is left, and shuts the runtime down.
func (p *Program) stopRuntime(ctx context.Context, failed *StopError) {
	bound, cancel := context.WithTimeout(ctx, strayTimeout)
	defer cancel()
	p.stopStrays(bound)
	cancel() // who has not ended by now is killed
	var left *runtime.ShutdownError
	if errors.As(p.rt.Shutdown(bound), &left) {
		failed.Processes, failed.Abandoned = left.Killed, left.Zombies
	}
}

// stopStrays asks the processes that are left to end, and waits until they have, or ctx
// ends.
func (p *Program) stopStrays(ctx context.Context) {
	var strays []runtime.ProcessHandle
	for stray := range p.rt.PIDs() {
		if h, ok := p.rt.Process(stray); ok {
			h.Exit(signal.Shutdown)
			strays = append(strays, h)
		}
	}
	for _, h := range strays {
		if _, err := h.Wait(ctx); err != nil {
			return
		}
	}
}
