package remote

import "sync/atomic"

// budget bounds a sum over all connections of a node: see Config.
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

// budgets are those of a node.
type budgets struct {
	backlog, fragments, held *budget
}

func (c *Config) budgets() budgets {
	return budgets{
		backlog:   newBudget(c.NodeBacklogBytes, c.MaxConns),
		fragments: newBudget(c.NodeFragmentBytes, c.MaxConns),
		held:      newBudget(c.NodeHeldSpawns, c.MaxConns),
	}
}
