package dist

import (
	"sync"
	"sync/atomic"

	"github.com/starlang-go/starlang/term"
)

// sum bounds what all peers of a port have of something.
type sum struct {
	limit, each int64        // of all, and of one peer once the limit is reached
	used        atomic.Int64 // sums up all shares
}

func newSum[N ~int | ~int64](limit N, peers int) *sum {
	return &sum{limit: int64(limit), each: int64(limit) / int64(max(1, peers))}
}

// share is what one peer has of a sum.
type share struct {
	of   *sum
	held atomic.Int64
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

// waiting counts the bytes of the messages of one peer that wait in full mailboxes, or to
// be decoded. They may do so for longer than the peer is connected, and count in the sum
// for as long.
type waiting struct {
	share
	limit int64

	mu     sync.Mutex    // nothing else is locked while it is held
	beyond int64         // guarded by mu; how much more than the limit may wait, see Peer.AllowBeyond
	less   chan struct{} // guarded by mu; closed when something has changed; nil if nobody waits for that
}

// giveBack is called with locks of a mailbox held.
func (w *waiting) giveBack(n int64) {
	w.share.add(-n)
	w.notify(func() {})
}

// notify changes what awaitRoom waits for.
func (w *waiting) notify(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
	if w.less != nil {
		close(w.less)
		w.less = nil
	}
}

// isFull reports whether more waits than may.
func (w *waiting) isFull() bool { return w.held.Load() > w.limit || w.exceeded() }

// awaitRoom waits while isFull, but for what may wait beyond that, or until done is closed.
func (w *waiting) awaitRoom(done <-chan struct{}) {
	for {
		less, wait := w.mustWait()
		if !wait {
			return
		}
		select {
		case <-less:
		case <-done:
			return
		}
	}
}

func (w *waiting) mustWait() (less <-chan struct{}, wait bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.isFull() || w.beyond > 0 && w.held.Load() <= w.limit+w.beyond {
		return nil, false
	}
	if w.less == nil {
		w.less = make(chan struct{})
	}
	return w.less, true
}

// Waiting returns how many bytes of messages wait in full mailboxes, or to be decoded.
func (p *Peer) Waiting() term.ByteCount { return term.ByteCount(p.waiting.held.Load()) }

// IsFull reports whether more waits than Config.WaitingBytes allows. Then the carrier is
// to stop reading, and to call [Peer.AwaitRoom]; meanwhile it goes on to write and to show
// that it lives.
func (p *Peer) IsFull() bool { return p.waiting.isFull() }

// AwaitRoom waits while IsFull, or until done is closed.
func (p *Peer) AwaitRoom(done <-chan struct{}) { p.waiting.awaitRoom(done) }

// AllowBeyond lets AwaitRoom return although n more bytes wait than may: for a carrier that
// has to find out whether its peer lives. 0 takes that back.
func (p *Peer) AllowBeyond(n term.ByteCount) {
	p.waiting.notify(func() { p.waiting.beyond = int64(n) })
}

// Charge counts n bytes that wait outside of this package, until they are charged again
// with -n.
func (p *Peer) Charge(n term.ByteCount) {
	if n < 0 {
		p.waiting.giveBack(int64(-n))
	} else {
		p.waiting.add(int64(n))
	}
}

// Waiting returns how many bytes wait of all peers, those that are gone included.
func (p *Port) Waiting() term.ByteCount { return term.ByteCount(p.waiting.used.Load()) }
