// Package backoff says how long to wait before something is tried again.
package backoff

import (
	"math/rand/v2"
	"time"
)

// Policy makes each wait longer than the one before.
type Policy struct {
	Initial time.Duration // the first wait
	Max     time.Duration // no wait is longer
	Factor  float64       // by which each is longer than the one before, at least 1
	Jitter  float64       // from 0 to 1: the part of each wait that is left to chance
}

// Delay returns how long the n-th wait in a row is, counted from 1. The part that is left to
// chance is taken away, so that many who wait do not try again at the same moment.
func (p Policy) Delay(n int) time.Duration {
	d := float64(p.Initial)
	for i := 1; i < n && d < float64(p.Max); i++ {
		d *= p.Factor
	}
	d = min(d, float64(p.Max))
	return time.Duration(d - d*p.Jitter*rand.Float64())
}
