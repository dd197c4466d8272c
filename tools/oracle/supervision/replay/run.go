package replay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// world is a scenario that is being carried out, by a process that is the root's parent.
type world struct {
	*observer
	ctx    *runtime.Context
	root   pid.PID
	over   string // why the root has ended, once it has
	settle Settle
}

// Settle returns what look returns once nothing changes any more. pause lets time pass,
// while all else goes on.
type Settle func(pause func(time.Duration), look func() string) string

// Run carries a scenario out in a runtime of its own.
func Run(s Scenario, settle Settle) (r Result, err error) {
	rt, err := runtime.New(runtime.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return r, err
	}
	failed := rt.Run(context.Background(), func(ctx *runtime.Context) error {
		ctx.SetTrapExit(true)
		w := &world{observer: newObserver(), ctx: ctx, settle: settle}
		r, err = w.run(s)
		return nil
	})
	stopped := rt.Shutdown(context.Background())
	if err := errors.Join(failed, err, stopped); err != nil {
		return r, fmt.Errorf("scenario %q: %w", s.Name, err)
	}
	return r, nil
}

func (w *world) run(s Scenario) (r Result, err error) {
	r.Name = s.Name
	spec, err := w.spec(s.Tree)
	if err != nil {
		return r, err
	}
	if w.root, err = w.startSupervisor(w.ctx, "root", spec); err != nil {
		return r, err
	}
	r.Steps = append(r.Steps, w.change("start"))
	for _, step := range s.Steps {
		if err := step.check(); err != nil {
			return r, err
		}
		reply, err := w.step(step)
		if err != nil {
			return r, err
		}
		r.Steps = append(r.Steps, w.change(reply))
	}
	if _, alive := w.ctx.Runtime().Process(w.root); alive {
		err = w.end(w.root, signal.Shutdown)
	}
	return r, err
}

// change is what a step has come to.
func (w *world) change(reply string) Change {
	c := Change{Reply: reply, Tree: w.settle(w.pause, w.look)}
	c.Order, c.Exits = w.take()
	return c
}

func (w *world) pause(d time.Duration) {
	_, _ = w.ctx.RecvMatchTimeout(func(runtime.Message) bool { return false }, d)
}

// step carries a step out and returns its reply.
func (w *world) step(s Step) (string, error) {
	switch s[0] {
	case "die":
		return w.die(s.text(0), s.text(1))
	case "kill":
		return w.kill(s.text(0))
	case "both":
		return w.both(s.text(0), s.text(1), s.text(2))
	case "fail", "ignore", "crash":
		w.fault(s.text(0), s[0].(string), s.number(1))
	case "wait":
		w.pause(time.Duration(s.number(0)) * time.Millisecond)
	case "stop":
		return "ok", w.ctx.Exit(w.root, signal.Shutdown)
	default:
		return w.ask(s)
	}
	return "ok", nil
}

func (w *world) die(id, reason string) (string, error) {
	p, ok := w.pid(id)
	if !ok {
		return "gone", nil
	}
	var r signal.ExitReason
	if err := r.UnmarshalText([]byte(reason)); err != nil {
		return "", err
	}
	return "ok", w.await(p, func() error { return w.ctx.Send(p, die{r}) })
}

func (w *world) kill(id string) (string, error) {
	p, ok := w.pid(id)
	if !ok {
		return "gone", nil
	}
	return "ok", w.end(p, signal.Kill)
}

// both kills two children, of which their supervisor learns at once.
func (w *world) both(sup, a, b string) (string, error) {
	var who []pid.PID
	for _, id := range []string{sup, a, b} {
		p, ok := w.pid(id)
		if !ok {
			return "gone", nil
		}
		who = append(who, p)
	}
	return "ok", errors.Join(
		genserver.Suspend(w.ctx, who[0]),
		w.end(who[1], signal.Kill),
		w.end(who[2], signal.Kill),
		genserver.Resume(w.ctx, who[0]),
	)
}

// end sends a process an exit signal and waits for its end.
func (w *world) end(p pid.PID, reason signal.ExitReason) error {
	return w.await(p, func() error { return w.ctx.Exit(p, reason) })
}

// await does what makes a process end and waits for that.
func (w *world) await(p pid.PID, do func() error) error {
	ref := w.ctx.Monitor(p)
	if err := do(); err != nil {
		return err
	}
	_, err := runtime.ReceiveMatch(w.ctx, func(d signal.Down) bool { return d.Ref == ref })
	return err
}

// ask makes a request to a supervisor.
func (w *world) ask(s Step) (string, error) {
	sup, ok := w.pid(s.text(0))
	if !ok {
		return "gone", nil
	}
	if s[0] == "start" {
		c, err := s.child()
		if err != nil {
			return "", err
		}
		spec, err := w.child(c)
		if err != nil {
			return "", err
		}
		_, err = supervisor.StartChild(w.ctx, sup, spec)
		return replyText(err), nil
	}
	return w.askAbout(s, sup, s.text(1))
}

func (w *world) askAbout(s Step, sup pid.PID, id string) (string, error) {
	var err error
	switch s[0] {
	case "instance":
		_, err = supervisor.StartInstance(w.ctx, sup, id)
	case "terminate":
		err = supervisor.TerminateChild(w.ctx, sup, id)
	case "restart":
		_, err = supervisor.RestartChild(w.ctx, sup, id)
	case "delete":
		err = supervisor.DeleteChild(w.ctx, sup, id)
	case "terminate_pid":
		p, ok := w.pid(id)
		if !ok {
			return "gone", nil
		}
		err = supervisor.TerminateChild(w.ctx, sup, p)
	}
	return replyText(err), nil
}

// replyText returns OTP's name of what a supervisor has replied.
func replyText(err error) string {
	if err == nil {
		return "ok"
	}
	for _, known := range []struct {
		err  error
		name string
	}{
		{supervisor.ErrIgnore, "ignore"},
		{supervisor.ErrAlreadyStarted, "already_started"},
		{supervisor.ErrAlreadyPresent, "already_present"},
		{supervisor.ErrRunning, "running"},
		{supervisor.ErrRestarting, "restarting"},
		{supervisor.ErrNotFound, "not_found"},
		{supervisor.ErrDynamic, "simple_one_for_one"},
	} {
		if errors.Is(err, known.err) {
			return known.name
		}
	}
	var ended *runtime.RuntimeError
	if errors.As(err, &ended) {
		return "gone"
	}
	return "error"
}

// look returns what the tree looks like.
func (w *world) look() string {
	for w.over == "" {
		if _, alive := w.ctx.Runtime().Process(w.root); alive {
			if text, err := w.describe("root", w.root); err == nil {
				return text
			}
			continue // somebody has ended meanwhile
		}
		exit, err := runtime.ReceiveMatch(w.ctx, func(e signal.Exit) bool { return e.From == w.root })
		if err != nil {
			return err.Error()
		}
		w.over = "ended: " + reasonText(exit.Reason)
	}
	return w.over
}

func (w *world) describe(id string, sup pid.PID) (string, error) {
	children, err := supervisor.WhichChildren(w.ctx, sup)
	if err != nil {
		return "", err
	}
	n, err := supervisor.CountChildren(w.ctx, sup)
	if err != nil {
		return "", err
	}
	var texts []string
	for _, c := range children {
		text, err := w.describeChild(c, w.isDynamic(sup))
		if err != nil {
			return "", err
		}
		texts = append(texts, text)
	}
	if w.isDynamic(sup) {
		slices.Sort(texts) // they have no order
	}
	return fmt.Sprintf("%s[%d %d %d %d](%s)", id, n.Specs, n.Active, n.Supervisors, n.Workers, strings.Join(texts, " ")), nil
}

func (w *world) describeChild(c supervisor.ChildInfo, dynamic bool) (string, error) {
	switch {
	case dynamic && c.State == supervisor.Running:
		return w.id(c.PID), nil
	case dynamic:
		return "~", nil
	case c.State == supervisor.Stopped:
		return "-" + c.ID, nil
	case c.State == supervisor.Restarting:
		return "~" + c.ID, nil
	case c.Type == supervisor.Supervisor:
		return w.describe(c.ID, c.PID)
	}
	return c.ID, nil
}
