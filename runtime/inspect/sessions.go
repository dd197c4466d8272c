package inspect

import (
	"fmt"
	"sync"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
)

// sessions are the traces of a node.
type sessions struct {
	mu    sync.Mutex
	last  uint64              // guarded by mu
	begun int                 // guarded by mu; how many there are, also those about to begin
	all   map[uint64]*session // guarded by mu

	// tracing is taken by those who are traced, and nothing is waited for while it is
	// held.
	tracing sync.Mutex
	traced  map[pid.PID]int // guarded by tracing; in how many sessions a process is
}

// begin starts a session's process.
func (ss *sessions) begin(s *session) error {
	if !ss.enter() {
		return fmt.Errorf("trace: %w", ErrBusy)
	}
	ready := make(chan struct{})
	defer close(ready)
	p, err := s.node.rt.SpawnOpt(runtime.SpawnOptions{Label: Name + " trace"}, func(ctx *runtime.Context) error {
		<-ready // closed above, whatever happens
		return s.run(ctx)
	})
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if err != nil {
		ss.begun--
		return err
	}
	ss.last++
	s.id, s.pid = ss.last, p
	if ss.all == nil {
		ss.all = make(map[uint64]*session)
	}
	ss.all[s.id] = s
	return nil
}

func (ss *sessions) enter() bool {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if ss.begun >= maxSessions {
		return false
	}
	ss.begun++
	return true
}

func (ss *sessions) get(id uint64) *session {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	return ss.all[id]
}

func (ss *sessions) end(s *session) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	delete(ss.all, s.id)
	ss.begun--
}

// trace counts in how many sessions a process is, by one more or less.
func (ss *sessions) trace(rt *runtime.Runtime, p pid.PID, by int) {
	ss.tracing.Lock()
	defer ss.tracing.Unlock()
	if ss.traced == nil {
		ss.traced = make(map[pid.PID]int)
	}
	was := ss.traced[p]
	ss.traced[p] = was + by
	switch {
	case was == 0:
		rt.SetTraced(p, runtime.TraceSent|runtime.TraceReceived)
	case was+by == 0:
		rt.SetTraced(p, 0)
		delete(ss.traced, p)
	}
}
