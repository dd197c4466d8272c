package application

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// CycleError tells of applications that depend on each other.
type CycleError struct {
	// Cycle is the names, each of which depends on the next, and the last on
	// the first.
	Cycle []string
}

// Error implements error.
func (e *CycleError) Error() string {
	return "application: applications depend on each other: " + strings.Join(append(slices.Clone(e.Cycle), e.Cycle[0]), " → ")
}

// startOrder returns the applications so that each comes after those that it depends
// on, and else in the order given.
func startOrder(ctx context.Context, apps []App) ([]App, error) {
	o := ordering{byName: make(map[string]App, len(apps)), done: make(map[string]bool, len(apps))}
	for _, a := range apps {
		if err := a.check(ctx); err != nil {
			return nil, err
		}
		if _, twice := o.byName[a.Name]; twice {
			return nil, fmt.Errorf("application %q is there twice", a.Name)
		}
		o.byName[a.Name] = a
	}
	for _, a := range apps {
		if err := o.visit(a); err != nil {
			return nil, err
		}
	}
	return o.ordered, nil
}

type ordering struct {
	byName  map[string]App
	done    map[string]bool
	path    []string // the applications being visited, each depends on the next
	ordered []App
}

func (o *ordering) visit(a App) error {
	if o.done[a.Name] {
		return nil
	}
	if from := slices.Index(o.path, a.Name); from >= 0 {
		return &CycleError{slices.Clone(o.path[from:])}
	}
	o.path = append(o.path, a.Name)
	for _, name := range a.DependsOn {
		needed, ok := o.byName[name]
		if !ok {
			return fmt.Errorf("application %q: DependsOn: there is no application %q", a.Name, name)
		}
		if err := o.visit(needed); err != nil {
			return err
		}
	}
	o.path = o.path[:len(o.path)-1]
	o.done[a.Name] = true
	o.ordered = append(o.ordered, a)
	return nil
}
