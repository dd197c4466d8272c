package observer

import (
	"context"

	"github.com/a-h/templ"

	"github.com/starlang-go/starlang/runtime/inspect"
)

// listed is how many rows lists have.
const listed = 200

func showApps(ctx context.Context, a *ask) (any, templ.Component, error) {
	v, err := a.c.Apps(ctx)
	return v, appsView(a, v), err
}

func showWaits(ctx context.Context, a *ask) (any, templ.Component, error) {
	v, err := a.c.Waits(ctx, inspect.Waits{N: listed, Cycles: true})
	return v, waitsView(a, v), err
}

func showNames(ctx context.Context, a *ask) (any, templ.Component, error) {
	v, err := a.c.Names(ctx, inspect.Names{Prefix: a.param("q", ""), After: a.param("after", ""), N: listed})
	return v, namesView(a, v), err
}

func showZombies(ctx context.Context, a *ask) (any, templ.Component, error) {
	v, err := a.c.Zombies(ctx, inspect.Zombies{N: listed})
	return v, zombiesView(a, v), err
}

func showAlarms(ctx context.Context, a *ask) (any, templ.Component, error) {
	v, err := a.c.Alarms(ctx, inspect.Alarms{})
	return v, alarmsView(a, v), err
}

// inCycle reports whether a wait is part of a circle.
func inCycle(v inspect.WaitList, w inspect.Wait) bool {
	for _, c := range v.Cycles {
		for _, other := range c.Waits {
			if other.Ref == w.Ref {
				return true
			}
		}
	}
	return false
}
