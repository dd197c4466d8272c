package supervisor

import (
	"fmt"
	"time"

	"github.com/starlang-go/starlang/runtime/backoff"
)

// Backoff makes restarts wait, each one of a child longer than the one before. The
// zero Backoff does not. While a child waits it is Restarting; the siblings that
// the strategy stops with it wait with it.
type Backoff struct {
	// Initial is how long the first restart waits. 0: there is no backoff.
	Initial time.Duration
	// Max bounds the wait. 0 means 30 s, or Initial if that is longer.
	Max time.Duration
	// Factor is by how much each wait is longer than the one before. 0
	// means 2.
	Factor float64
	// Jitter, from 0 to 1, is the part of each wait that is left to chance, so
	// that many do not restart at the same moment.
	Jitter float64
	// ResetAfter is how long a child has to run for its next restart to be a
	// first one again. 0 means Max.
	ResetAfter time.Duration
}

const defaultMaxBackoff = 30 * time.Second

func (b Backoff) check() (problem string) {
	switch {
	case b.Initial < 0 || b.Max < 0 || b.ResetAfter < 0:
		return "a time is negative"
	case b.Max != 0 && b.Max < b.Initial:
		return fmt.Sprintf("Max %s is less than Initial %s", b.Max, b.Initial)
	case b.Factor != 0 && b.Factor < 1:
		return fmt.Sprintf("Factor %v is less than 1", b.Factor)
	case b.Jitter < 0 || b.Jitter > 1:
		return fmt.Sprintf("Jitter %v is not from 0 to 1", b.Jitter)
	}
	return ""
}

func (b Backoff) withDefaults() Backoff {
	if b.Max == 0 {
		b.Max = max(defaultMaxBackoff, b.Initial)
	}
	if b.Factor == 0 {
		b.Factor = 2
	}
	if b.ResetAfter == 0 {
		b.ResetAfter = b.Max
	}
	return b
}

// delay returns how long the n-th restart in a row waits.
func (b Backoff) delay(n int) time.Duration {
	return backoff.Policy{Initial: b.Initial, Max: b.Max, Factor: b.Factor, Jitter: b.Jitter}.Delay(n)
}
