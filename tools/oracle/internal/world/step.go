package world

import (
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/oracle/internal/scenario"
)

// step carries a step out, waits until all has settled, and returns the result.
func (w *world) step(s scenario.Step) (any, error) {
	if word := w.refusal(s); word != "" {
		return word, nil
	}
	result, err := w.do(s)
	if err != nil {
		return nil, err
	}
	if err := w.settle(); err != nil {
		return nil, err
	}
	if err := w.checkTimers(); err != nil {
		return nil, err
	}
	if actor := s.Actor(); actor != "" && w.puppets[actor].dead {
		return "ok", nil
	}
	return result, nil
}

// refusal returns the result of a step that is not carried out, "" for all others.
func (w *world) refusal(s scenario.Step) string {
	for _, name := range s.Processes() {
		if w.puppets[name] == nil {
			return "unborn"
		}
	}
	if actor := s.Actor(); actor != "" {
		switch {
		case w.puppets[actor].dead:
			return "dead"
		case !w.knowsLabels(s):
			return "unborn"
		}
		return ""
	}
	switch s.Op {
	case "links", "monitors", "monitored_by", "queue_len":
		if w.puppets[s.P].dead {
			return "dead"
		}
	}
	return ""
}

// knowsLabels reports whether the monitors and timers that the step uses were
// made, those that a seq makes itself included.
func (w *world) knowsLabels(s scenario.Step) bool {
	switch {
	case s.Op == "seq":
		made := map[string]bool{}
		for _, act := range s.Do {
			if act.Op == "monitor" {
				made[act.Ref] = true
			} else if !made[act.Ref] && !w.knowsLabels(act) {
				return false
			}
		}
	case s.Op == "demonitor", s.Op == "recv_match" && s.Ref != "":
		_, made := w.refs[s.Ref]
		return made
	case s.Op == "cancel_timer":
		return w.timers[s.Timer] != nil
	}
	return true
}

func (w *world) do(s scenario.Step) (any, error) {
	switch s.Op {
	case "spawn":
		return "ok", w.spawn(s)
	case "wait":
		return "ok", w.wait(s.Time)
	case "recv", "recv_match":
		return w.take(w.puppets[s.P], s)
	case "alive", "links", "monitors", "monitored_by", "queue_len":
		return w.query(s.Op, w.puppets[s.P]), nil
	}
	switch {
	case s.Actor() == "":
		return w.naming(w.nodes[0], s)
	case s.Op == "seq":
		return w.perform(w.puppets[s.By], s.Do)
	}
	results, err := w.perform(w.puppets[s.Actor()], []scenario.Step{s})
	if err != nil || len(results) == 0 {
		return nil, err // without a result the actor has ended, and none is needed
	}
	return results[0], nil
}

// spawn starts a puppet. If the step has an actor, that is who spawns it.
func (w *world) spawn(s scenario.Step) error {
	if w.puppets[s.P] != nil {
		return fmt.Errorf("%s was spawned before", s.P)
	}
	p := &puppet{name: s.P, node: w.home(s.P), ended: make(chan struct{})}
	opts := runtime.SpawnOptions{
		Label: s.P, TrapExit: s.Trap, Link: s.LinkTo != "", Monitor: s.MonitoredBy != "",
	}
	var err error
	if s.Actor() == "" {
		p.pid, err = p.node.SpawnOpt(opts, p.body)
	} else {
		actor := w.puppets[s.Actor()]
		obeyed := actor.obey(func(ctx *runtime.Context) *ending {
			var ref pid.Ref
			if ref, err = p.spawnedBy(ctx, opts); err == nil && opts.Monitor {
				err = w.label(s.Ref, ref)
			}
			return nil
		})
		err = errors.Join(err, obeyed)
	}
	if err != nil {
		return err
	}
	var known bool
	if p.handle, known = p.node.Process(p.pid); !known {
		return fmt.Errorf("%s is gone as soon as it is spawned", s.P)
	}
	w.puppets[p.name], w.names[p.pid] = p, p.name
	return p.obey(nothing) // so it has begun
}
