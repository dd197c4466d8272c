package conn

import (
	"sync/atomic"

	"github.com/starlang-go/starlang/term"
)

// budget bounds a sum over all connections of a node: see the Config of package remote.
type budget struct {
	limit, each int64        // of the sum, and of one connection once the sum is reached
	used        atomic.Int64 // sums up all shares; read by whoever asks whether it is exceeded
}

func newBudget[N ~int | ~int64](limit N, conns int) *budget {
	return &budget{limit: int64(limit), each: int64(limit) / int64(conns)}
}

// share is what one connection has of a budget. What it counts may outlive the
// connection.
type share struct {
	of   *budget
	held atomic.Int64 // of used; read by snapshots
}

func (s *share) add(n int64) {
	s.held.Add(n)
	s.of.used.Add(n)
}

// set is add for what is counted anew. One goroutine at a time may call it.
func (s *share) set(n int64) {
	if d := n - s.held.Load(); d != 0 {
		s.add(d)
	}
}

// exceeded reports whether the sum is reached and this share is not a small one.
func (s *share) exceeded() bool {
	return s.held.Load() > s.of.each && s.of.used.Load() > s.of.limit
}

// Budgets are those of a node.
type Budgets struct {
	backlog, fragments, held *budget
}

// NewBudgets returns the budgets of a node with so many connections at most.
func NewBudgets(backlog, fragments term.ByteCount, held, conns int) Budgets {
	return Budgets{
		backlog:   newBudget(backlog, conns),
		fragments: newBudget(fragments, conns),
		held:      newBudget(held, conns),
	}
}
