package inspect

import (
	"context"
	"slices"
	"sync"
	"time"
)

// ring keeps the last of a sequence of values, and wakes those who wait for more. Its lock is
// held for a few values at the most: those who add are not to wait for those who read.
type ring[T any] struct {
	size int

	mu   sync.Mutex
	list []T           // guarded by mu; the one of number i is at i % size
	last uint64        // guarded by mu; how many there ever were
	more chan struct{} // guarded by mu; closed at the next one; nil: nobody waits
}

func (r *ring[T]) add(make func(seq uint64) T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v := make(r.last + 1)
	if len(r.list) < r.size {
		r.list = append(r.list, v)
	} else {
		r.list[r.last%uint64(r.size)] = v
	}
	r.last++
	if r.more != nil {
		close(r.more)
		r.more = nil
	}
}

// after returns the values after the one of number seq, the oldest first, at most n of
// them, and how many are gone already.
func (r *ring[T]) after(seq uint64, n int) (values []T, lost uint64) {
	for len(values) < n {
		before, gone := len(values), uint64(0)
		values, gone = r.appendSome(values, seq+uint64(before)+lost, min(n-before, readAtOnce))
		lost += gone
		if len(values) == before {
			break
		}
	}
	return values, lost
}

// readAtOnce is how many values are read without letting others use the ring.
const readAtOnce = 32

// appendSome appends values after the one of number seq, at most n of them.
func (r *ring[T]) appendSome(values []T, seq uint64, n int) (all []T, lost uint64) {
	values = slices.Grow(values, n) // outside of the lock
	r.mu.Lock()
	defer r.mu.Unlock()
	oldest := r.last - uint64(len(r.list)) // one less than its number
	if seq < oldest {
		lost, seq = oldest-seq, oldest
	}
	for i := seq; i < min(r.last, seq+uint64(n)); i++ {
		values = append(values, r.list[i%uint64(r.size)])
	}
	return values, lost
}

// await waits until there is a value after the one of number seq, for d at the most.
func (r *ring[T]) await(ctx context.Context, seq uint64, d time.Duration) {
	if d > 0 {
		await(ctx, r.moreAfter(seq), d)
	}
}

// await waits for more to be closed, for d at the most.
func await(ctx context.Context, more <-chan struct{}, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-more:
	case <-timer.C:
	case <-ctx.Done():
	}
}

var thereIs = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

func (r *ring[T]) moreAfter(seq uint64) <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if seq < r.last {
		return thereIs
	}
	if r.more == nil {
		r.more = make(chan struct{})
	}
	return r.more
}
