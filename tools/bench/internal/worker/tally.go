package worker

import (
	"sync"
	"sync/atomic"
)

// A Tally waits until a known number of events has happened: messages handled,
// processes ended, receivers served. All of its methods may be called by many
// goroutines at once.
type Tally struct {
	left atomic.Int64
	all  chan struct{}

	wrong sync.Once
	err   error // set by wrong, read after all is closed
}

// NewTally returns a tally of n events.
func NewTally(n int) *Tally {
	t := &Tally{all: make(chan struct{})}
	t.left.Store(int64(n))
	return t
}

// Done counts one event. An error says that it was not as it should be.
func (t *Tally) Done(err error) {
	if err != nil {
		t.wrong.Do(func() { t.err = err })
	}
	switch left := t.left.Add(-1); {
	case left == 0:
		close(t.all)
	case left < 0:
		panic("worker: more events than there should be")
	}
}

// Wait waits for all events and returns the first error among them. An event
// too many is a panic in Done; one too few is a wait that the suite cuts short.
func (t *Tally) Wait() error {
	<-t.all
	return t.err
}
