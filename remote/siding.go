package remote

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/runtime"
)

// arrival is a signal that has arrived for a process of this node.
type arrival struct {
	conn    *conn // over which it came; nil if the loss of one caused it
	env     signal.Envelope
	size    int
	encoded []byte    // the value of env, if it has yet to be decoded
	about   wire.Kind // of a frame about a link, for conn.relate; else 0
}

// noWait is the context that makes a full mailbox say so instead of waiting.
var noWait context.Context

// arrive brings a signal to its process. It never waits: what would have to wait
// for room in a bounded mailbox is put aside.
func (n *Node) arrive(to uint64, a arrival) {
	if n.sidings.inUse.Load() == 0 || !n.sidings.precede(to, &a.env) {
		err := a.deliver(noWait, n, to)
		if !errors.Is(err, runtime.ErrMailboxFull) {
			a.done(err)
			return
		}
	}
	n.sidings.add(n, to, a)
}

func (n *Node) address(id uint64) pid.Address { return pid.Address{PID: pid.New(n.self, id)} }

func (a *arrival) deliver(ctx context.Context, n *Node, to uint64) error {
	if a.about != 0 {
		a.conn.relate(a.about, pair{to, a.env.From.ID()}, a.env.Reason)
		return nil
	}
	return n.rt.Deliver(ctx, n.address(to), a.env)
}

// done is called with what became of a.
func (a *arrival) done(err error) {
	if err != nil && a.conn != nil {
		a.conn.dropped.Add(1)
	}
}

// sidings are where signals wait that cannot be delivered at once, so that the
// reader of a connection can go on: for each receiver its own. What waits is a message
// for which a bounded mailbox of policy Block has no room, or a large one that is
// yet to be decoded; then all messages to the same process, and all signals of the
// senders of any of these. So the order of each sender's signals is kept, and an
// exit signal of another process passes by.
type sidings struct {
	inUse atomic.Int64 // how many sidings there are

	mu     sync.Mutex
	of     map[uint64]*siding // guarded by mu; by receiver
	closed bool               // guarded by mu; nothing is put aside any more
}

// siding is a queue with a goroutine, which ends when the queue is empty. All is
// guarded by the mu of sidings.
type siding struct {
	queue   []arrival
	senders map[pid.PID]int // how many arrivals of each sender are queued or just being delivered
}

// precede reports whether something is put aside that must be delivered before env.
func (s *sidings) precede(to uint64, env *signal.Envelope) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.of[to]
	if q == nil {
		return false
	}
	switch env.Kind {
	case signal.Message, signal.Raw, signal.Call:
		return true
	default:
		return q.senders[env.From] > 0
	}
}

// add puts a aside.
func (s *sidings) add(n *Node, to uint64, a arrival) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	if a.conn != nil {
		a.conn.waiting.add(a.weight())
	}
	q := s.of[to]
	if q == nil {
		q = &siding{senders: make(map[pid.PID]int)}
		put(&s.of, to, q)
		s.inUse.Add(1)
		n.wg.Go(func() { s.clear(n, to, q) }) // ended by an empty queue, or by Close, which waits for it
	}
	q.queue = append(q.queue, a)
	q.senders[a.env.From]++
}

// arrivalBytes is what an arrival takes beside its value, about.
const arrivalBytes = 256

func (a *arrival) weight() ByteCount { return ByteCount(a.size + arrivalBytes) }

// clear delivers what is put aside for a process, in order.
func (s *sidings) clear(n *Node, to uint64, q *siding) {
	for {
		a, ok := s.next(to, q)
		if !ok {
			return
		}
		a.bring(n, to)
		if a.conn != nil {
			a.conn.waiting.add(-a.weight())
		}
		s.delivered(q, a.env.From)
	}
}

// next takes the oldest arrival out of q, or ends q if there is none.
func (s *sidings) next(to uint64, q *siding) (a arrival, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(q.queue) == 0 {
		delete(s.of, to)
		s.inUse.Add(-1)
		return a, false
	}
	a = q.queue[0]
	q.queue[0] = arrival{}
	q.queue = q.queue[1:]
	return a, true
}

func (s *sidings) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
}

func (s *sidings) delivered(q *siding, from pid.PID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q.senders[from]--; q.senders[from] == 0 {
		delete(q.senders, from)
	}
}

// bring decodes a if need be and waits until its process has taken it. The node's
// end ends the wait.
func (a *arrival) bring(n *Node, to uint64) {
	if a.encoded != nil {
		v, err := a.conn.decode(a.env.Kind, a.encoded)
		if err != nil {
			a.conn.undecodable(to, a.env, err)
			return
		}
		a.env.Value, a.encoded = v, nil
	}
	a.done(a.deliver(n.ctx, n, to))
}
