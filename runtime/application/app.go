package application

import (
	"context"
	"fmt"
	"time"

	"github.com/starlang-go/starlang/runtime/internal/guard"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// App is a part of a program that is started and stopped as a whole: a tree of
// processes under one supervisor.
type App struct {
	// Name is unique in the program.
	Name string
	// DependsOn names the applications that are started before this one, and
	// stopped after it.
	DependsOn []string
	// Config is the application's configuration, a value that Root and, by
	// [ConfigOf], its processes get; nil if there is none. If it has a method
	// Validate() error, that is called before anything starts. Nobody may
	// change it afterwards.
	Config any
	// Root returns the supervisor at the root of the tree. Its Name may be
	// empty. A panic in it is a failed start.
	Root func(config any) (supervisor.Spec, error)
	// Restart says what the end of the root means to the others: Permanent,
	// that all are stopped; Transient, that they are unless its reason is
	// normal; Temporary, nothing. An application itself is never restarted. A
	// supervisor that gives up ends with shutdown: here, unlike among the
	// children of a supervisor, that is a failure.
	// Source: OTP, application:start/2, types of applications.
	Restart supervisor.Restart
	// StopTimeout is how long the tree is given to stop, from the moment when it
	// is told to, before all of it is killed. 0: as long as there is time for the
	// program as a whole, see [Options].
	StopTimeout time.Duration
	// Health, if set, returns why the application cannot do its work at the
	// moment, nil if it can. It is called by [Check], whose ctx it must obey.
	Health func(ctx context.Context) error
}

// Alone returns the application without what it depends on, to be started by itself in a
// test.
func (a App) Alone() App {
	a.DependsOn = nil
	return a
}

func (a App) check(ctx context.Context) error {
	switch {
	case a.Name == "":
		return fmt.Errorf("application: an application has no name")
	case a.Root == nil:
		return fmt.Errorf("application %q: Root is missing", a.Name)
	case a.Restart > supervisor.Temporary:
		return fmt.Errorf("application %q: Restart: there is no restart type %d", a.Name, a.Restart)
	case a.StopTimeout < 0:
		return fmt.Errorf("application %q: StopTimeout: %s is negative", a.Name, a.StopTimeout)
	}
	if v, ok := a.Config.(interface{ Validate() error }); ok {
		if err := call(ctx, v.Validate); err != nil {
			return fmt.Errorf("application %q: configuration: %w", a.Name, err)
		}
	}
	return nil
}

// call calls a function of the program's that may panic, or hang: then it is given up when
// ctx ends.
func call(ctx context.Context, f func() error) error {
	_, err := guard.Call(ctx, 0, func() (struct{}, error) { return struct{}{}, f() }, func(struct{}) {})
	return err
}

// endsAll reports whether the program ends with the application.
func (a App) endsAll(normal bool) bool {
	return a.Restart == supervisor.Permanent || a.Restart == supervisor.Transient && !normal
}
