package clustertest

import (
	"sync"
	"time"

	"github.com/starlang-go/starlang/remote/cluster"
)

// Clock is a clock that may run slow, and stand still together with the program that
// reads it. All goroutines may share it.
type Clock struct {
	start time.Time
	rate  float64

	mu     sync.Mutex
	thawed chan struct{} // guarded by mu; closed unless frozen
	lead   time.Duration // guarded by mu; of the wall clock
}

var _ cluster.Clock = (*Clock)(nil)

// NewClock returns a clock on which rate seconds pass in each second.
func NewClock(rate float64) *Clock {
	c := &Clock{start: time.Now(), rate: rate, thawed: make(chan struct{})}
	close(c.thawed)
	return c
}

// Now implements [cluster.Clock]. It does not return while the clock is frozen: whoever
// would act on the time is stopped.
func (c *Clock) Now() (monotonic, wall time.Duration) {
	c.mu.Lock()
	thawed := c.thawed
	c.mu.Unlock()
	<-thawed
	c.mu.Lock()
	lead := c.lead
	c.mu.Unlock()
	monotonic = time.Duration(float64(time.Since(c.start)) * c.rate)
	return monotonic, monotonic + lead
}

// Timer implements [cluster.Clock].
func (c *Clock) Timer(d time.Duration) (<-chan time.Time, func() bool) {
	t := time.NewTimer(time.Duration(float64(d) / c.rate))
	return t.C, t.Stop
}

// SetWall puts the wall clock forward, as the wake-up of a suspended machine does.
func (c *Clock) SetWall(forward time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lead += forward
}

func (c *Clock) freeze() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.frozenLocked() {
		c.thawed = make(chan struct{})
	}
}

func (c *Clock) thaw() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.frozenLocked() {
		close(c.thawed)
	}
}

func (c *Clock) frozenLocked() bool {
	select {
	case <-c.thawed:
		return false
	default:
		return true
	}
}
