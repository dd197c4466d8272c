package world

import (
	"errors"
	"fmt"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/oracle/internal/scenario"
)

// perform has actor do the acts one right after the other and returns their
// results, up to the one that ended it.
func (w *world) perform(actor *puppet, acts []scenario.Step) ([]any, error) {
	results := []any{}
	var failed error
	obeyed := actor.obey(func(ctx *runtime.Context) *ending {
		for _, act := range acts {
			if act.Op == "stop" {
				return crash(act.Reason)
			}
			result, err := w.act(ctx, act)
			if err != nil && ctx.Err() == nil { // else the actor has ended, and so all its calls fail
				failed = fmt.Errorf("%s: %w", act.Op, err)
			}
			if err != nil {
				return nil
			}
			results = append(results, result)
		}
		return nil
	})
	return results, errors.Join(obeyed, failed)
}

// act is what the process of ctx does in one act.
func (w *world) act(ctx *runtime.Context, s scenario.Step) (any, error) {
	switch s.Op {
	case "link":
		return word(ctx.Link(w.pid(s.To)), runtime.ErrNoProc, "noproc")
	case "unlink":
		return "ok", ctx.Unlink(w.pid(s.To))
	case "exit":
		return "ok", ctx.Exit(w.pid(s.To), s.Reason)
	case "trap":
		return ctx.SetTrapExit(s.On), nil
	case "monitor":
		return "ok", w.label(s.Ref, w.monitor(ctx, s))
	case "demonitor":
		return w.demonitor(ctx, s), nil
	case "send":
		return w.send(ctx, s)
	case "send_after":
		return "ok", w.sendAfter(ctx, s)
	case "cancel_timer":
		_, running := ctx.CancelTimer(w.timers[s.Timer].ref)
		return running, nil
	default:
		return w.naming(ctx.Runtime(), s)
	}
}

// naming is what both puppets and the driver do with names.
func (w *world) naming(node *runtime.Runtime, s scenario.Step) (any, error) {
	switch s.Op {
	case "register":
		err := node.Register(s.Name, w.pid(s.P))
		if errors.Is(err, runtime.ErrNameTaken) || errors.Is(err, runtime.ErrAlreadyNamed) {
			return "badarg", nil
		}
		return word(err, runtime.ErrNoProc, "badarg")
	case "unregister":
		return word(node.Unregister(s.Name), runtime.ErrNameNotFound, "badarg")
	case "whereis":
		if owner, found := node.Whereis(s.Name); found {
			return w.names[owner], nil
		}
		return nil, nil
	default:
		panic("world: no way to carry out " + s.Op)
	}
}

// word returns "ok", or instead if err is refused; other errors stay errors.
func word(err, refused error, instead string) (any, error) {
	if errors.Is(err, refused) {
		return instead, nil
	}
	return "ok", err
}

func (w *world) monitor(ctx *runtime.Context, s scenario.Step) pid.Ref {
	if s.ToName != "" {
		return ctx.MonitorNamed(pid.Name{Name: s.ToName})
	}
	return ctx.Monitor(w.pid(s.To))
}

// label gives a monitor its label.
func (w *world) label(label string, ref pid.Ref) error {
	if _, used := w.refs[label]; used {
		return fmt.Errorf("the label %s was used before", label)
	}
	if ref.IsZero() {
		return runtime.ErrTerminated
	}
	w.refs[label], w.labels[ref] = ref, label
	return nil
}

func (w *world) demonitor(ctx *runtime.Context, s scenario.Step) any {
	demonitor := ctx.Demonitor
	if s.Flush {
		demonitor = ctx.DemonitorFlush
	}
	active := demonitor(w.refs[s.Ref])
	if s.Info {
		return active
	}
	return "ok"
}

// send returns "ok" also for a process that is gone: that is no error in Erlang,
// and here one that the sender may ignore.
func (w *world) send(ctx *runtime.Context, s scenario.Step) (any, error) {
	var err error
	if s.ToName != "" {
		err = ctx.SendNamed(s.ToName, s.Msg)
	} else {
		err = ctx.Send(w.pid(s.To), s.Msg)
	}
	if errors.Is(err, runtime.ErrNoProc) && !errors.Is(err, runtime.ErrNameNotFound) {
		err = nil
	}
	return word(err, runtime.ErrNameNotFound, "badarg")
}

func (w *world) sendAfter(ctx *runtime.Context, s scenario.Step) (err error) {
	if w.timers[s.Timer] != nil {
		return fmt.Errorf("the label %s was used before", s.Timer)
	}
	d := w.clock.real(s.Time)
	t := &timer{label: s.Timer, node: ctx.Runtime(), to: s.To, toName: s.ToName, due: w.clock.now + s.Time, earliest: time.Now().Add(d)}
	if s.ToName != "" {
		t.ref, err = ctx.SendNamedAfter(pid.Name{Name: s.ToName}, d, s.Msg)
	} else {
		t.ref, err = ctx.SendAfter(w.pid(s.To), d, s.Msg)
	}
	if err == nil {
		w.timers[s.Timer] = t
		w.clock.pending = append(w.clock.pending, t)
	}
	return err
}
