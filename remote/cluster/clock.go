package cluster

import "time"

// Clock is how a session measures time. Programs use the system's; tests use slow ones.
// All goroutines may share it.
type Clock interface {
	// Now returns two clocks that began to run at the same moment: the monotonic one,
	// by which deadlines are measured and which on Linux stands still while the
	// machine is suspended, and the wall clock.
	Now() (monotonic, wall time.Duration)
	// Timer returns a channel that gets a value after d on the monotonic clock, and
	// what stops it.
	Timer(d time.Duration) (c <-chan time.Time, stop func() bool)
}

// systemClock is the clock of the operating system.
type systemClock struct{ start time.Time }

var _ Clock = systemClock{}

func (c systemClock) Now() (monotonic, wall time.Duration) {
	now := time.Now()
	return now.Sub(c.start), now.Round(0).Sub(c.start.Round(0))
}

func (c systemClock) Timer(d time.Duration) (<-chan time.Time, func() bool) {
	t := time.NewTimer(d)
	return t.C, t.Stop
}
