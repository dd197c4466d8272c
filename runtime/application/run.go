package application

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/starlang-go/starlang/runtime"
)

// Options says how [RunWith] runs applications. The zero value is what [Run] uses.
type Options struct {
	// Runtime is where the processes live; nil means a new one. It is shut down
	// in the end in either case.
	Runtime *runtime.Runtime
	// Signals are in place of the program's SIGINT and SIGTERM.
	Signals <-chan os.Signal
}

// Run is a program's main: it starts the applications, each after those that it depends
// on, waits, and stops them in reverse order. It stops when ctx ends, at SIGINT or
// SIGTERM, or when an application has ended by itself that says so (see App.Restart).
// Each tree is given its StopTimeout and then killed; another signal kills all at once.
//
// Run returns nil if all stopped as they were asked to. Else it joins a [*StartError] or
// an [*EndError], and a [*StopError] with all that had to be killed or abandoned. What is
// wrong with apps is said before anything starts; applications that depend on each other
// are a [*CycleError].
func Run(ctx context.Context, apps ...App) error { return RunWith(ctx, Options{}, apps...) }

// RunWith is [Run] with options.
func RunWith(ctx context.Context, opts Options, apps ...App) error {
	ordered, err := startOrder(apps)
	if err != nil {
		return err
	}
	rt := opts.Runtime
	if rt == nil {
		rt = runtime.MustNew(runtime.Config{})
	}
	keepConfig(rt, ordered)
	if opts.Signals == nil {
		signals := make(chan os.Signal, 2) // two are enough: nobody waits for more
		signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
		defer signal.Stop(signals)
		opts.Signals = signals
	}
	c := newController(rt)
	ctx, stop := c.obey(ctx, opts.Signals)
	defer stop()
	err = c.startAll(ctx, ordered)
	if err == nil {
		err = c.wait(ctx)
	}
	return errors.Join(err, c.stopAll())
}

// obey returns a context that ends at the first signal. One that comes when it has ended
// is the end of all patience.
func (c *controller) obey(parent context.Context, signals <-chan os.Signal) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancel(parent)
	left := make(chan struct{})
	go func() { // ends with stop
		defer close(left)
		for {
			select {
			case s := <-signals:
				c.log.Info("signal", slog.String("signal", s.String()))
				if ctx.Err() != nil {
					c.lose()
				}
				cancel()
			case <-c.over:
				return
			}
		}
	}()
	return ctx, func() {
		close(c.over)
		cancel()
		<-left
	}
}
