package cluster

import (
	"context"
	"sync"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
)

// Joined tells a process that called [Cluster.Monitor] of a new member, or of a member
// that describes itself anew.
type Joined struct{ Member Member }

// Leaving tells that a member gives up what it holds, and will have left soon.
type Leaving struct{ Member Member }

// Left tells that a node is no member any more: its session has ended. It comes from
// the directory alone; what the node's processes do, and whether it can be reached, is
// another question.
type Left struct{ Member Member }

// Unreachable tells that the connection with a node was lost, by its own or by our fault.
// The node stays a member.
type Unreachable struct{ Node string }

// Reachable tells that a node can be reached again.
type Reachable struct{ Node string }

// SessionChanged tells that this node's session with the directory is in another state,
// or that it is another session.
type SessionChanged struct{ State State }

// ImmutableTerm marks a Joined as free to share between processes.
func (Joined) ImmutableTerm() {}

// ImmutableTerm marks a Leaving as free to share between processes.
func (Leaving) ImmutableTerm() {}

// ImmutableTerm marks a Left as free to share between processes.
func (Left) ImmutableTerm() {}

// eventTimeout is how long an event waits for room in a bounded mailbox. Then it is
// dropped: nobody else is to wait for that process.
const eventTimeout = 100 * time.Millisecond

// events brings events to the processes that asked for them, in order.
type events struct {
	rt *runtime.Runtime

	mu       sync.Mutex
	monitors map[pid.PID]struct{} // guarded by mu
	queue    []event              // guarded by mu; not yet delivered
	wake     chan struct{}        // capacity 1: the queue is not empty
}

// event is for those who were there when it happened.
type event struct {
	to    []pid.PID
	value any
}

func newEvents(rt *runtime.Runtime) *events {
	return &events{rt: rt, monitors: make(map[pid.PID]struct{}), wake: make(chan struct{}, 1)}
}

// add makes a process a monitor. Those that have ended make room.
func (e *events) add(p pid.PID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for m := range e.monitors {
		if !e.rt.IsAlive(m) {
			delete(e.monitors, m)
		}
	}
	e.monitors[p] = struct{}{}
}

func (e *events) remove(p pid.PID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.monitors, p)
}

// tell queues an event for all monitors.
func (e *events) tell(value any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.monitors) == 0 {
		return
	}
	to := make([]pid.PID, 0, len(e.monitors))
	for m := range e.monitors {
		to = append(to, m)
	}
	e.queue = append(e.queue, event{to, value})
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// run delivers until ctx ends.
func (e *events) run(ctx context.Context) {
	for {
		select {
		case <-e.wake:
		case <-ctx.Done():
			return
		}
		for _, ev := range e.take() {
			e.deliver(ctx, ev)
		}
	}
}

func (e *events) take() []event {
	e.mu.Lock()
	defer e.mu.Unlock()
	queue := e.queue
	e.queue = nil
	return queue
}

func (e *events) deliver(ctx context.Context, ev event) {
	for _, p := range ev.to {
		ctx, cancel := context.WithTimeout(ctx, eventTimeout)
		if err := e.rt.Send(ctx, p, ev.value); err != nil && !e.rt.IsAlive(p) {
			e.remove(p)
		}
		cancel()
	}
}
