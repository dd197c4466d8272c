package application

import (
	"fmt"
	"time"

	"github.com/starlang-go/starlang/runtime/supervisor"
)

// DefaultStopTimeout is how long an application is given to stop.
const DefaultStopTimeout = 30 * time.Second

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
	// empty.
	Root func(config any) (supervisor.Spec, error)
	// Restart says what the end of the root means to the others: Permanent,
	// that all are stopped; Transient, that they are if it failed; Temporary,
	// nothing. An application itself is never restarted.
	// Source: OTP, application:start/2, types of applications.
	Restart supervisor.Restart
	// StopTimeout is how long the tree is given to stop before it is killed. 0
	// means [DefaultStopTimeout].
	StopTimeout time.Duration
}

func (a App) check() error {
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
		if err := v.Validate(); err != nil {
			return fmt.Errorf("application %q: configuration: %w", a.Name, err)
		}
	}
	return nil
}

func (a App) stopTimeout() time.Duration {
	if a.StopTimeout == 0 {
		return DefaultStopTimeout
	}
	return a.StopTimeout
}
