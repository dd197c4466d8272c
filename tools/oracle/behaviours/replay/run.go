package replay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing/synctest"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// unit is how long a unit of a scenario's time is. The clock is a bubble's.
const unit = time.Millisecond

// Run runs a scenario; it must be called in a synctest bubble. tied reports that what comes
// of it hangs on which of two things that happen at the same time comes first, or on what
// README.md lists as a known difference: such a scenario says nothing.
func Run(s Scenario) (r Result, tied bool, err error) {
	if s.Kind == Program {
		r, err = runProgram(s)
		return r, false, err
	}
	w, err := run(s)
	return w.result, w.tied, err
}

// Pruned returns a scenario without what is never done in it: of a random one that is most.
// It must be called in a synctest bubble, as Run.
func Pruned(s Scenario) Scenario {
	if s.Kind == Program {
		return s
	}
	if w, err := run(s); err == nil {
		for _, step := range s.Steps {
			step.Msg.prune(w.attempts)
		}
		prune(s.Init, w.attempts)
		for _, actions := range s.Enter {
			prune(actions, w.attempts)
		}
	}
	return s
}

func run(s Scenario) (*world, error) {
	w := &world{
		began: time.Now(), result: Result{Name: s.Name, Trace: []string{}, Calls: map[string]string{}, Exit: "alive"},
		calls: map[string]genserver.From{}, attempts: map[string]int{}, dues: map[int]bool{},
	}
	rt := runtime.MustNew(runtime.Config{Logger: slog.New(slog.DiscardHandler)})
	err := rt.Run(context.Background(), func(ctx *runtime.Context) error {
		ctx.SetTrapExit(true)
		return w.play(ctx, s)
	})
	_ = rt.Shutdown(context.Background()) // what is left of a scenario
	return w, err
}

// longest is the longest trace. One that would be longer may well be endless.
const longest = 300

// world is a scenario that runs. The scripts are run by the server's process, and by nobody
// else; what has come of it is written by many.
type world struct {
	began    time.Time
	calls    map[string]genserver.From // those that wait for a reply
	attempts map[string]int            // how often each message was handled
	dues     map[int]bool              // when timers are over
	tied     bool
	endless  bool // it has come to nothing but new events for too long

	mu     sync.Mutex
	result Result // guarded by mu
	over   bool   // guarded by mu; nothing is noted any more
}

// stamp returns the time as it stands in results: in tens, which is as exact as a machine
// that has other things to do can be.
func (w *world) stamp() int { return w.now() / 10 }

func (w *world) now() int { return int(time.Since(w.began) / unit) }

func (w *world) log(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return
	}
	if len(w.result.Trace) == longest {
		w.tied, w.endless = true, true
		return
	}
	w.result.Trace = append(w.result.Trace, fmt.Sprintf("%d ", w.stamp())+fmt.Sprintf(format, args...))
}

// margin is how far apart things must be, in units of time, that are to happen one after the
// other. Steps come at multiples of ten.
const margin = 3

// due notes that a timer is set.
func (w *world) due(after int) {
	if after == 0 {
		return
	}
	at := w.now() + after
	if at%10 < margin || at%10 > 10-margin {
		w.tied = true
	}
	for other := at - margin + 1; other < at+margin; other++ {
		w.tied = w.tied || w.dues[other]
	}
	w.dues[at] = true
}

// play is the driver: the parent of the server.
func (w *world) play(ctx *runtime.Context, s Scenario) error {
	p, err := w.start(ctx, s)
	if err != nil {
		return err
	}
	last := 0
	for _, step := range s.Steps {
		w.waitUntil(step.At)
		w.step(ctx, p, step)
		last = step.At
	}
	w.waitUntil(last + after)
	if exit, err := ctx.TryRecvMatch(func(m runtime.Message) bool {
		e, ok := m.Value().(signal.Exit)
		return ok && e.From == p
	}); err == nil {
		w.result.Exit = reasonText(exit.Value().(signal.Exit).Reason)
	}
	w.mu.Lock()
	w.over = true
	w.mu.Unlock()
	return nil
}

func (w *world) start(ctx *runtime.Context, s Scenario) (pid.PID, error) {
	opts := genserver.Options{TrapExit: s.Trap}
	if s.Kind == Machine {
		return startMachine(ctx, w, s, opts)
	}
	return genserver.StartLink(ctx, &scripted{world: w, init: s.Init}, opts)
}

func (w *world) waitUntil(at int) {
	time.Sleep(time.Until(w.began.Add(time.Duration(at) * unit)))
	synctest.Wait()
}

func (w *world) step(ctx *runtime.Context, p pid.PID, step Step) {
	switch step.Do {
	case "call":
		w.spawn(ctx, func(ctx *runtime.Context) { w.called(step.Msg.ID, call(ctx, p, *step.Msg)) })
	case "cast":
		_ = genserver.Cast(ctx, p, *step.Msg)
	case "info":
		_ = ctx.Send(p, *step.Msg)
	case "stop":
		w.spawn(ctx, func(ctx *runtime.Context) { _ = genserver.Stop(ctx, p, reasonOf(step.Reason)) })
	case "exit":
		if step.From == "parent" {
			_ = ctx.Exit(p, reasonOf(step.Reason))
		} else {
			w.spawn(ctx, func(ctx *runtime.Context) { _ = ctx.Exit(p, reasonOf(step.Reason)) })
		}
	}
	synctest.Wait()
}

func (w *world) spawn(ctx *runtime.Context, f func(ctx *runtime.Context)) {
	_, _ = ctx.Spawn(func(ctx *runtime.Context) error { // fails only at the end
		f(ctx)
		return nil
	})
}

func (w *world) called(id, came string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return
	}
	w.result.Calls[id] = fmt.Sprintf("%d %s", w.stamp(), came)
}

// call makes a call and returns what has come of it.
func call(ctx *runtime.Context, p pid.PID, msg Msg) string {
	v, err := genserver.CallAs[int](runtime.WithCallTimeout(ctx, runtime.NoTimeout), p, msg)
	if err == nil {
		return fmt.Sprintf("reply %d", v)
	}
	var reason signal.ExitReason
	if errors.As(err, &reason) {
		return "exit " + reasonText(reason)
	}
	return "error " + err.Error()
}

// reasons are the reasons of a scenario by their names.
var reasons = map[string]signal.ExitReason{
	"normal": signal.Normal, "shutdown": signal.Shutdown, "shutdown: why": signal.ShutdownReason("why"),
	"kill": signal.Kill, "boom": signal.Error("boom"),
}

func reasonOf(name string) signal.ExitReason { return reasons[name] }

// reasonText returns the name of a reason in results. The text of a crash is Go's own.
func reasonText(r signal.ExitReason) string {
	if strings.HasPrefix(r.String(), "error: panic") {
		return "crash"
	}
	return strings.TrimPrefix(r.String(), "error: ")
}
