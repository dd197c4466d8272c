package application

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/starlang-go/starlang/runtime"
)

// DefaultStopTimeout is how long a program is given to stop: less than the 30 s after which
// Kubernetes kills it.
const DefaultStopTimeout = 25 * time.Second

// Options says how applications run. The zero value is what [Run] uses.
type Options struct {
	// Runtime is where the processes live; nil means a new one. [RunWith] shuts it
	// down in the end in either case.
	Runtime *runtime.Runtime
	// Signals are in place of the program's SIGINT, SIGTERM and SIGHUP. In a
	// synctest bubble they must be given: the real ones come from outside of it.
	Signals <-chan os.Signal
	// StopTimeout is how long the whole stop may take, from the signal on: what
	// then still runs is killed, and Run returns 1 s later at the latest. 0 means
	// [DefaultStopTimeout], or the longest App.StopTimeout if that is longer.
	StopTimeout time.Duration
}

func (o Options) stopTimeout(apps []App) time.Duration {
	if o.StopTimeout > 0 {
		return o.StopTimeout
	}
	total := DefaultStopTimeout
	for _, a := range apps {
		total = max(total, a.StopTimeout)
	}
	return total
}

// Run is a program's main: it starts the applications, each after those that it depends
// on, waits, and stops them, each when those that depend on it have stopped. It stops when
// ctx ends; at SIGINT, SIGTERM or SIGHUP, unless the program was started to ignore that,
// as nohup does; or when an application has ended by itself that says so (see App.Restart).
// Each tree is given its StopTimeout, all of them together that of the [Options], and then
// killed; another signal kills all at once.
//
// Run returns nil if all stopped as they were asked to. Else it joins a [*StartError] or
// an [*EndError], and a [*StopError] with all that had to be killed or abandoned. What is
// wrong with apps is said before anything starts; applications that depend on each other
// are a [*CycleError].
func Run(ctx context.Context, apps ...App) error { return RunWith(ctx, Options{}, apps...) }

// RunWith is [Run] with options.
func RunWith(ctx context.Context, opts Options, apps ...App) error {
	if opts.StopTimeout < 0 {
		return fmt.Errorf("application: StopTimeout: %s is negative", opts.StopTimeout)
	}
	p, err := newProgram(ctx, opts, apps)
	if err != nil {
		return err
	}
	if opts.Signals == nil {
		signals, stop := terminations()
		defer stop()
		opts.Signals = signals
	}
	ctx, stop := p.obey(ctx, opts.Signals)
	defer stop()
	err = p.startAll(ctx)
	if err == nil {
		err = p.Wait(ctx)
	}
	bound, cancel := context.WithTimeout(p.urgent, p.total)
	defer cancel()
	failed := p.stop(bound)
	p.stopRuntime(bound, failed)
	return errors.Join(err, failed.orNil())
}

// terminations returns the signals that ask the program to end.
func terminations() (<-chan os.Signal, func()) {
	signals := make(chan os.Signal, 2) // two are enough: nobody waits for more
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // Notify would undo what nohup has done
			signal.Notify(signals, s)
		}
	}
	return signals, func() { signal.Stop(signals) }
}

// obey returns a context that ends at the first signal. At one that comes when it has ended
// all is killed.
func (p *Program) obey(parent context.Context, signals <-chan os.Signal) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancel(parent)
	returned, left := make(chan struct{}), make(chan struct{})
	go func() { // ends with stop, which waits for it
		defer close(left)
		for {
			select {
			case s := <-signals:
				p.log.Info("signal", slog.String("signal", s.String()))
				if ctx.Err() != nil {
					p.hurry()
				}
				cancel()
			case <-returned:
				return
			}
		}
	}()
	return ctx, func() {
		close(returned)
		cancel()
		<-left
	}
}
