package supervisor

import (
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// The start of a supervisor is given up when the context ends that bounds it, which is also
// how its parent says that it is to stop. It then stops what has started, in order, as it
// would later. Its parent waits for that, and so knows of it meanwhile.

// beginning is a supervisor that is starting its first children.
type beginning struct {
	s      *server
	pid    pid.PID
	above  *children     // those of its parent, nil if that is no supervisor
	done   chan struct{} // closed when it has started, or stopped what had started
	forget func() bool   // makes the end of s.bound mean nothing any more
}

// begin makes the end of s.bound give up the start.
func (s *server) begin(ctx *genserver.Context) *beginning {
	watch, _ := ctx.WatchExit(s.parent, theProgram) // it ends with the process
	stopping, giveUp := context.WithCancelCause(watch)
	s.stopping = stopping
	b := &beginning{s: s, pid: ctx.PID(), above: childrenOf(s.children.rt, s.parent), done: make(chan struct{})}
	if b.above != nil && b.above.addBeginning(b) {
		s.children.orphan(true)
	}
	bound := s.bound
	b.forget = context.AfterFunc(bound, func() { // its goroutine ends with the start
		giveUp(context.Cause(bound))
		b.killInTime()
	})
	return b
}

// outcome returns nil if the start has succeeded: then the end of the bound means nothing
// any more. Else it returns why not; err is why a child could not be started.
func (b *beginning) outcome(err error) error {
	if err == nil && b.forget() {
		return nil
	}
	if cause := context.Cause(b.s.bound); cause != nil {
		return cause // whatever the start function has made of it
	}
	return err
}

// ended notes that the supervisor has started, or has stopped what had started.
func (b *beginning) ended() {
	b.forget()
	b.s.bound = nil
	if b.above != nil {
		b.above.dropBeginning(b)
	}
	close(b.done)
}

// killInTime kills a supervisor that has given up its start, and all below it, if that does
// not stop in its time.
func (b *beginning) killInTime() {
	began := time.Now()
	for {
		left := b.s.children.timeToStop() - time.Since(began)
		if left <= 0 {
			_ = kill(b.s.children.rt, b.pid, Supervisor)
			return
		}
		timer := time.NewTimer(left)
		select {
		case <-b.done:
			timer.Stop()
			return
		case <-timer.C: // one below may have begun after we have looked
		}
	}
}

// addBeginning reports whether all that b starts is killed at once.
func (cs *children) addBeginning(b *beginning) (doomed bool) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.beginnings == nil {
		cs.beginnings = make(map[*beginning]struct{})
	}
	cs.beginnings[b] = struct{}{}
	return cs.doomed
}

func (cs *children) dropBeginning(b *beginning) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	delete(cs.beginnings, b)
}

func (cs *children) begun() []*beginning {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return slices.Collect(maps.Keys(cs.beginnings))
}

// awaitBeginnings waits until the supervisors have stopped that a start function was
// starting when it was given up: each stops, or is killed, in its time.
func (cs *children) awaitBeginnings() {
	for _, b := range cs.begun() {
		<-b.done
	}
}

// timeToStop is how long a supervisor is given that gives up its start: for the child that
// is being started, and for all that have been.
func (cs *children) timeToStop() time.Duration {
	total := DefaultShutdown
	for p, spec := range cs.processes() {
		total = sum(total, timeOfOrphan(cs.rt, p, spec))
	}
	for _, b := range cs.begun() {
		total = sum(total, b.s.children.timeToStop())
	}
	return total
}

// sum adds times, each of which may be as long as can be.
func sum(a, b time.Duration) time.Duration {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
