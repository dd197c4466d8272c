package replay

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// observer knows who is who, and what has happened. All processes of a scenario share it.
type observer struct {
	mu     sync.Mutex
	pids   map[string]pid.PID // guarded by mu, as all here
	ids    map[pid.PID]string
	pools  map[pid.PID]bool // the dynamic supervisors
	faults map[string]fault
	order  []string
	exits  []string
}

// fault is how the next starts of a child go wrong.
type fault struct {
	kind  string
	count int
}

func newObserver() *observer {
	return &observer{
		pids: make(map[string]pid.PID), ids: make(map[pid.PID]string), pools: make(map[pid.PID]bool),
		faults: make(map[string]fault),
	}
}

// starting notes that a child is about to start, and returns how that goes wrong, "" if
// it does not.
func (o *observer) starting(id string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if f := o.faults[id]; f.count > 0 {
		o.faults[id] = fault{f.kind, f.count - 1}
		o.order = append(o.order, f.kind+" "+id)
		return f.kind
	}
	o.order = append(o.order, "start "+id)
	return ""
}

// started notes who a child is, and notices its end.
func (o *observer) started(rt *runtime.Runtime, id string, p pid.PID) {
	o.mu.Lock()
	o.pids[id], o.ids[p] = p, id
	o.mu.Unlock()
	h, ok := rt.Process(p)
	if !ok {
		o.ended(id, p, signal.NoProc)
		return
	}
	go func() { // ends with the process
		if reason, err := h.Wait(context.Background()); err == nil {
			o.ended(id, p, reason)
		}
	}()
}

func (o *observer) ended(id string, p pid.PID, reason signal.ExitReason) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.exits = append(o.exits, id+": "+reasonText(reason))
	if o.pids[id] == p {
		delete(o.pids, id)
	}
}

// reasonText returns a reason as the recorder writes it: of how a supervisor tells what
// went wrong only the kind counts.
func reasonText(r signal.ExitReason) string {
	if r.IsShutdown() && len(r.Text()) > 1 {
		return "shutdown: …"
	}
	return r.String()
}

func (o *observer) note(text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.order = append(o.order, text)
}

func (o *observer) fault(id, kind string, count int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.faults[id] = fault{kind, count}
}

func (o *observer) pid(id string) (pid.PID, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	p, ok := o.pids[id]
	return p, ok
}

func (o *observer) id(p pid.PID) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.ids[p]
}

// take returns, once, what has happened.
func (o *observer) take() (order, exits []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	order, exits = append([]string{}, o.order...), append([]string{}, o.exits...)
	o.order, o.exits = nil, nil
	slices.Sort(exits)
	return order, exits
}

var errFault = errors.New("e")

// fail does what a fault asks for.
func (o *observer) fail(id string) error {
	switch o.starting(id) {
	case "fail":
		return errFault
	case "ignore":
		return supervisor.ErrIgnore
	case "crash":
		panic("oh no")
	}
	return nil
}

func (o *observer) startSupervisor(ctx context.Context, id string, spec supervisor.Spec) (pid.PID, error) {
	if err := o.fail(id); err != nil {
		return pid.PID{}, err
	}
	p, err := supervisor.StartLink(ctx, spec)
	if c, ok := runtime.FromContext(ctx); ok && err == nil {
		o.started(c.Runtime(), id, p)
		o.mu.Lock()
		o.pools[p] = spec.Strategy == supervisor.Dynamic
		o.mu.Unlock()
	}
	return p, err
}

func (o *observer) isDynamic(sup pid.PID) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.pools[sup]
}

func (o *observer) startWorker(ctx context.Context, id, kind string) (pid.PID, error) {
	if err := o.fail(id); err != nil {
		return pid.PID{}, err
	}
	opts := runtime.SpawnOptions{TrapExit: kind != "plain"}
	return supervisor.ReadyBody(opts, func(c *runtime.Context, starter runtime.From) error {
		o.started(c.Runtime(), id, c.PID())
		if err := c.Reply(starter, nil); err != nil {
			return err
		}
		return o.work(c, id, kind)
	})(ctx)
}

// die tells a worker to end.
type die struct{ Reason signal.ExitReason }

// work is the life of a worker of some kind: plain ones do not trap exits, stubborn ones
// do not heed them, angry ones end for another reason than they were asked to.
func (o *observer) work(c *runtime.Context, id, kind string) error {
	for {
		m, err := c.Recv()
		if err != nil {
			return err
		}
		switch v := m.Value().(type) {
		case die:
			return v.Reason
		case signal.Exit:
			if kind == "stubborn" {
				continue
			}
			o.note("stop " + id + ": " + reasonText(v.Reason))
			if kind == "angry" {
				return signal.Error("angry")
			}
			return v.Reason
		}
	}
}
