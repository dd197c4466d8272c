package runtime

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// numCallers is among how many callers the calls of the program are spread, so that
// they seldom wait for each other.
const numCallers = 16

// callers are in whose name the program calls. To all who know its PID a caller is a
// process that is Dead: it cannot be linked to, monitored, sent to or ended, and it is
// in no list. All that it has is a table of calls, so that a reply finds its way.
type callers struct {
	once sync.Once
	all  [numCallers]*process // set by once; for as long as the runtime
	n    atomic.Int32         // how many of them are in the registry
}

// caller returns one of them.
func (rt *Runtime) caller() *process {
	rt.callers.once.Do(func() {
		for i := range rt.callers.all {
			rt.callers.all[i] = rt.newCaller()
		}
	})
	return rt.callers.all[rand.Uint32()%numCallers]
}

func (rt *Runtime) newCaller() *process {
	p := &process{rt: rt, id: rt.node.NextPID().ID(), origin: callsOnly, started: time.Since(rt.birth), dying: true}
	p.box.Discard()
	p.state.Store(uint32(Dead))
	rt.callers.n.Add(1)
	_ = rt.registry.Register(p.pid(), p) // the PID is fresh
	return p
}

// endCalls ends the calls of the program and stops what they have left running.
func (rt *Runtime) endCalls() {
	if rt.callers.n.Load() == 0 {
		return
	}
	for _, p := range rt.callers.all {
		p.mu.Lock()
		p.failCallsLocked(ErrStopped)
		if r := p.rec; r != nil {
			r.freeCall.stopTimer()
			r.freeCall = nil
		}
		p.mu.Unlock()
	}
}

// mayCall reports whether p can make calls.
func (p *process) mayCall() bool { return p.running() || p.isCaller() }

func (p *process) isCaller() bool { return p.origin&callsOnly != 0 }

// DefaultCallTimeout is how long a call waits whose context has no deadline, as in OTP.
const DefaultCallTimeout = 5 * time.Second

// NoTimeout, as [Config].CallTimeout or of [WithCallTimeout] or [CallTimeout], lets a
// call wait for as long as it takes.
const NoTimeout time.Duration = math.MaxInt64

// callLimit is the context that WithCallTimeout returns.
type callLimit struct {
	context.Context
	limit time.Duration
}

type callLimitKey struct{}

// Value implements context.Context.
func (c *callLimit) Value(key any) any {
	if _, ok := key.(callLimitKey); ok {
		return c.limit
	}
	return c.Context.Value(key)
}

// WithCallTimeout returns a context whose calls wait for d at the most, in place of
// [Config].CallTimeout. A deadline of the context counts too, whichever comes first.
func WithCallTimeout(parent context.Context, d time.Duration) context.Context {
	return &callLimit{parent, d}
}

// callTime is when a call begins, and when it ends with [ErrTimeout]: 0 if never.
type callTime struct{ begun, due instant }

// callTime returns the time of a call that begins now and may take for d.
func (rt *Runtime) callTime(d time.Duration) callTime {
	t := callTime{begun: instant(rt.Uptime())}
	if d != NoTimeout {
		t.due = max(t.begun+instant(d), 1)
	}
	return t
}

// callLimit returns how long a call with ctx may take: for ever if it has a deadline
// that ends it.
func (rt *Runtime) callLimit(ctx context.Context) time.Duration {
	if d, ok := ctx.Value(callLimitKey{}).(time.Duration); ok {
		return d
	}
	if _, bounded := ctx.Deadline(); bounded {
		return NoTimeout
	}
	return rt.cfg.CallTimeout
}
