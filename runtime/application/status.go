package application

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/starlang-go/starlang/runtime"
)

// State says where an application stands, or a program.
type State string

// The states, in the order in which they are passed. An application that has ended by
// itself does not get to the last two.
const (
	Waiting  State = "waiting" // for those that it depends on
	Starting State = "starting"
	Running  State = "running"
	Ended    State = "ended" // by itself
	Stopping State = "stopping"
	Stopped  State = "stopped"
)

// Status is how the applications of a runtime do, as [Check] found them. It is made for
// the JSON that a /healthz shows.
type Status struct {
	Uptime time.Duration `json:"uptime"` // of the runtime, in nanoseconds
	Apps   []AppStatus   `json:"apps"`   // in start order
}

// AppStatus is how one application does.
type AppStatus struct {
	Name  string `json:"name"`
	State State  `json:"state"`
	// Error is what Health returned, or why the application has ended.
	Error string `json:"error,omitempty"`
	ends  bool   // the program, with its end
}

// Ready reports whether the program can do its work: all applications run, except those
// that it does not end with, and no Health complains. It is for a readiness probe.
func (s Status) Ready() bool {
	return len(s.Apps) > 0 && !slices.ContainsFunc(s.Apps, func(a AppStatus) bool {
		return a.State != Running && (a.State != Ended || a.ends) || a.State == Running && a.Error != ""
	})
}

// Healthy reports whether nothing is wrong: also a program that starts or stops is healthy.
// It is for a liveness probe.
func (s Status) Healthy() bool {
	return !slices.ContainsFunc(s.Apps, func(a AppStatus) bool {
		return a.State == Ended && a.ends || a.State == Running && a.Error != ""
	})
}

// Check asks all applications of a runtime how they do, at the same time. ctx bounds each
// Health: one that has not returned when ctx ends, or panics, has an error.
func Check(ctx context.Context, rt *runtime.Runtime) Status {
	s := Status{Uptime: rt.Uptime()}
	var healths []func(context.Context) error
	for _, p := range programs(rt) {
		p.mu.Lock()
		for _, app := range p.apps {
			s.Apps = append(s.Apps, app.statusLocked())
			healths = append(healths, app.Health)
		}
		p.mu.Unlock()
	}
	var all sync.WaitGroup
	for i, health := range healths {
		if health != nil && s.Apps[i].State == Running {
			all.Go(func() { // ends with ctx at the latest
				if err := call(ctx, func() error { return health(ctx) }); err != nil {
					s.Apps[i].Error = err.Error()
				}
			})
		}
	}
	all.Wait()
	return s
}

func (app *running) statusLocked() AppStatus {
	s := AppStatus{Name: app.Name, State: app.state}
	if app.state == Ended {
		s.Error, s.ends = app.reason.String(), app.endsAll(app.reason.IsNormal())
	}
	return s
}
