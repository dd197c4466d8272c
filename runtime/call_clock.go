package runtime

import (
	"sync"
	"sync/atomic"
	"time"
)

// callClock is the clock of calls that have no time limit of their own. To read the real
// clock takes 40 of the 600 ns of such a call (amd64, virtual machine), so it reads this
// one, which goes on by steps. While there are calls one timer of the runtime makes the steps; after a step in
// which no call began it stops, and the next call starts it again.
//
// A call begins up to maxBehind steps later than this clock says, so it is given as much
// longer. If the program was stopped, or the timer was late for another reason, the
// calls of that time are counted from when the clock went on, see extend.
type callClock struct {
	// word is an instant whose lowest bit is unread. 0: the clock stands, or it is the
	// runtime's first instant. It is written under mu, and publishes nothing but itself.
	word atomic.Int64
	step time.Duration // set by New

	mu    sync.Mutex  // nothing is locked after it
	timer *time.Timer // guarded by mu; nil until first needed; stops itself
	late  instant     // guarded by mu; when the clock last went on after it had been too far behind
}

const (
	// unread is set by a step and taken away by the first call after it.
	unread = 1
	// stepsPerTimeout and maxBehind make a call end an eighth too late at the most.
	stepsPerTimeout = 16
	maxBehind       = 2
	// minStep bounds what the clock costs if CallTimeout is very short.
	minStep = time.Millisecond
)

// init sets how long a step is, for calls that end after limit.
func (c *callClock) init(limit time.Duration) {
	c.step = max(min(limit, DefaultCallTimeout)/stepsPerTimeout, minStep)
}

// read returns the time at which a call begins, and whether that is exact.
func (c *callClock) read(rt *Runtime) (now instant, exact bool) {
	if w := c.word.Load(); w != 0 && w&unread == 0 {
		return instant(w), false
	}
	return c.set(rt), true
}

// set sets the clock for the first call after a step, and starts it if it stands.
func (c *callClock) set(rt *Runtime) instant {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := instant(rt.Uptime())
	if c.word.Load() == 0 {
		c.startLocked(rt)
	}
	c.goOnLocked(now, 0)
	return now
}

func (c *callClock) startLocked(rt *Runtime) {
	if c.timer == nil {
		c.timer = time.AfterFunc(c.step, func() { c.tick(rt) })
	} else {
		c.timer.Reset(c.step)
	}
}

// tick makes a step, unless nobody has read the clock since the last one.
func (c *callClock) tick(rt *Runtime) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.word.Load()&unread != 0 {
		c.word.Store(0)
		return
	}
	c.goOnLocked(instant(rt.Uptime()), unread)
	c.timer.Reset(c.step)
}

// goOnLocked makes the clock say now, and notes if it was too far behind.
func (c *callClock) goOnLocked(now instant, bit int64) {
	if c.isLateLocked(now) {
		c.late = now
	}
	c.word.Store(int64(now)&^unread | bit)
}

func (c *callClock) isLateLocked(now instant) bool {
	was := instant(c.word.Load())
	return was != 0 && now-was > instant(maxBehind*c.step)
}

// extend returns when a call ends that began when the clock said begun and was due then.
func (c *callClock) extend(begun, due, now instant, limit time.Duration) instant {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isLateLocked(now) { // the timer has yet to fire
		c.goOnLocked(now, c.word.Load()&unread)
	}
	if begun < c.late {
		return max(due, c.late+instant(limit))
	}
	return due
}
