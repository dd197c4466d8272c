package runtime

import (
	"context"
	"math"
	"time"
)

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

// callsBoundedBy reports whether calls with ctx take another time than the runtime's
// CallTimeout.
func callsBoundedBy(ctx context.Context) bool {
	_, bounded := ctx.Deadline()
	return bounded || ctx.Value(callLimitKey{}) != nil
}

// callTime is when a call begins, and when it ends with [ErrTimeout].
type callTime struct {
	begun, due instant // due is 0 if never
	rough      bool    // begun is by the runtime's callClock, and due is as much later
}

// callTime returns the time of a call that begins now and may take for d.
func (rt *Runtime) callTime(d time.Duration) callTime {
	if d == NoTimeout {
		return rt.endlessCallTime()
	}
	begun := instant(rt.Uptime())
	return callTime{begun: begun, due: max(begun+instant(d), 1)}
}

// usualCallTime returns the time of a call that begins now and may take for the
// runtime's CallTimeout.
func (rt *Runtime) usualCallTime() callTime {
	t := rt.endlessCallTime()
	if d := rt.cfg.CallTimeout; d != NoTimeout {
		t.due = max(t.begun+instant(d), 1)
		if t.rough {
			t.due += instant(maxBehind * rt.callClock.step)
		}
	}
	return t
}

// endlessCallTime returns the time of a call that begins now and may take for ever.
func (rt *Runtime) endlessCallTime() callTime {
	if rt.tracers.on() {
		return callTime{begun: instant(rt.Uptime())} // they are told how long it took
	}
	begun, exact := rt.callClock.read(rt)
	return callTime{begun: begun, rough: !exact}
}

// callTimeOf returns the time of a call with ctx that begins now: if ctx has a deadline,
// that ends it.
func (rt *Runtime) callTimeOf(ctx context.Context) callTime {
	if d, ok := ctx.Value(callLimitKey{}).(time.Duration); ok {
		return rt.callTime(d)
	}
	if _, bounded := ctx.Deadline(); bounded {
		return rt.endlessCallTime()
	}
	return rt.usualCallTime()
}
