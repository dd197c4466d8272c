package directory

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// watcher is the process of a directory: it notices the ends of others.
type watcher struct{ *Directory }

// watch asks the watcher to monitor a process.
type watch struct{ PID pid.PID }

// Start starts the directory's process, linked with the one that ctx carries: it is a
// supervisor.StartFunc. One runs at a time.
func (d *Directory) Start(ctx context.Context) (pid.PID, error) {
	return genserver.StartLink(ctx, watcher{d}, genserver.Options{Label: "directory"})
}

// Init implements genserver.Initializer. After a restart there are entries already.
func (w watcher) Init(ctx *genserver.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.owner = ctx.Context
	context.AfterFunc(ctx.Context, func() { w.gone(ctx.Context) }) // its goroutine ends at once
	for p := range w.of {
		ctx.Monitor(p)
	}
	return nil
}

// HandleCast implements genserver.CastHandler.
func (w watcher) HandleCast(ctx *genserver.Context, msg any) error {
	m, ok := msg.(watch)
	if !ok {
		return genserver.ErrUnhandled
	}
	ctx.Monitor(m.PID)
	return nil
}

// HandleInfo implements genserver.InfoHandler.
func (w watcher) HandleInfo(_ *genserver.Context, msg any) error {
	down, ok := msg.(signal.Down)
	if !ok {
		return genserver.ErrUnhandled
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for key := range w.of[down.PID] {
		w.dropLocked(key, down.PID)
	}
	delete(w.of, down.PID)
	return nil
}

// watchLocked makes sure that the end of p will be noticed.
func (d *Directory) watchLocked(p pid.PID) error {
	if d.of[p] != nil {
		return nil
	}
	if err := genserver.Cast(d.owner, d.owner.PID(), watch{p}); err != nil {
		return err
	}
	d.of[p] = make(map[string]*place)
	return nil
}

// gone notes that the watcher has ended, unless another runs by now.
func (d *Directory) gone(was *runtime.Context) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.owner == was {
		d.owner = nil
	}
}
