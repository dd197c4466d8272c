package replay

import (
	"context"
	"fmt"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// The names of OTP's constants.
var (
	strategies = map[string]supervisor.Strategy{
		"one_for_one": supervisor.OneForOne, "one_for_all": supervisor.OneForAll,
		"rest_for_one": supervisor.RestForOne, "simple_one_for_one": supervisor.Dynamic,
	}
	restarts = map[string]supervisor.Restart{
		"permanent": supervisor.Permanent, "transient": supervisor.Transient, "temporary": supervisor.Temporary,
	}
	autoShutdowns = map[string]supervisor.AutoShutdown{
		"never": supervisor.Never, "any_significant": supervisor.AnySignificant, "all_significant": supervisor.AllSignificant,
	}
)

// spec returns a tree as package supervisor has it.
func (o *observer) spec(t Tree) (supervisor.Spec, error) {
	strategy, ok1 := strategies[t.Strategy]
	auto, ok2 := autoShutdowns[t.AutoShutdown]
	if !ok1 || !ok2 {
		return supervisor.Spec{}, fmt.Errorf("unknown strategy %q or auto_shutdown %q", t.Strategy, t.AutoShutdown)
	}
	s := supervisor.Spec{
		Strategy: strategy, Intensity: t.Intensity, Period: time.Duration(t.Period) * time.Second, AutoShutdown: auto,
	}
	if t.Intensity == 0 {
		s.Intensity = supervisor.NoRestarts
	}
	for _, c := range t.Children {
		child, err := o.child(c)
		if err != nil {
			return s, err
		}
		s.Children = append(s.Children, child)
	}
	if t.Template != nil {
		child, err := o.child(*t.Template)
		if err != nil {
			return s, err
		}
		child.Start = nil
		s.Template = supervisor.NewTemplate(child, func(ctx context.Context, id string) (pid.PID, error) {
			return o.startWorker(ctx, id, t.Template.Kind)
		})
	}
	return s, nil
}

func (o *observer) child(c Child) (supervisor.ChildSpec, error) {
	restart, ok := restarts[c.Restart]
	if !ok {
		return supervisor.ChildSpec{}, fmt.Errorf("unknown restart type %q", c.Restart)
	}
	spec := supervisor.ChildSpec{ID: c.ID, Restart: restart, Significant: c.Significant}
	switch shutdown := c.Shutdown.(type) {
	case float64:
		spec.Shutdown = time.Duration(shutdown) * time.Millisecond
	case string:
		spec.Shutdown = supervisor.Infinity
		if shutdown == "brutal_kill" {
			spec.Shutdown = supervisor.BrutalKill
		}
	}
	if c.Tree == nil {
		spec.Start = func(ctx context.Context) (pid.PID, error) { return o.startWorker(ctx, c.ID, c.Kind) }
		return spec, nil
	}
	inner, err := o.spec(*c.Tree)
	spec.Type = supervisor.Supervisor
	spec.Start = func(ctx context.Context) (pid.PID, error) { return o.startSupervisor(ctx, c.ID, inner) }
	return spec, err
}
