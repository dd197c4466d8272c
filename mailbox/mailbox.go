package mailbox

import (
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

// Mailbox is a queue with many senders and one receiver. The zero value is an
// open, unbounded mailbox; it must not be copied after first use.
//
// Every goroutine may call every method, with one exception: only one goroutine
// at a time may receive. A second one gets [ErrConcurrentReceive].
//
// Invariants: a message is in exactly one of in, out and extra.bound; with a
// bound, in and out stay empty; all of out is older than all of in; while parker is
// quiet or parked the mailbox is open, nobody is to be notified, and there is nothing
// for the receiver but what it has in out.
//
// The receiver's part comes last and is two words, so that a struct of which the
// mailbox is a part can keep it in another cache line than the senders' part.
type Mailbox[T any] struct {
	mu     sync.Mutex
	in     queue[T]  // guarded by mu; where senders put messages
	added  uint32    // guarded by mu; messages ever queued less those dropped, modulo 2^32
	flags  flags     // guarded by mu
	parker parker    // where the receiver waits: see there
	extra  *extra[T] // set by the receiver under mu; nil until needed

	// The receiver's own part. turn makes sure that there is one receiver, and
	// its release publishes out to the next one. While the receiver is parked, and
	// does not look for a certain message, out belongs to whoever holds mu.
	turn turn
	out  *chunk[T] // messages taken over from in, the oldest first
}

// flags is the state of a mailbox, as bits.
type flags uint32

const (
	closed      flags = 1 << iota
	selective         // the receiver that waits is to look at in itself
	discarded         // see Discard; Invariant: closed too, and nothing is in in
	interrupted       // see Interrupt
)

func (f flags) has(bit flags) bool { return f&bit != 0 }

// extra has what most mailboxes never need.
type extra[T any] struct {
	bound  *bound[T]   // nil: unbounded
	timer  *time.Timer // of a receiver with a time limit; see timerLocked
	onMail func()      // see Notify
}

// New returns an open mailbox as cfg says. It is placed so that senders and receiver do
// not disturb each other: in a flood a message takes a quarter of the time that it takes
// through a zero Mailbox that stands by itself. It panics if cfg is not valid: a
// negative capacity, an unknown policy, a policy without a capacity.
func New[T any](cfg Config[T]) *Mailbox[T] {
	m := &new(apart[T]).Mailbox
	m.Init(cfg)
	return m
}

// apart is a mailbox with nothing beside it, whose two parts are in two cache lines:
// the allocator puts what takes 128 bytes at a multiple of 128.
type apart[T any] struct {
	_ [cacheLine - sendersPart]byte
	Mailbox[T]
	_ [sendersPart]byte
}

const (
	cacheLine   = 64 // what two cores hand to each other, on most machines
	sendersPart = unsafe.Offsetof(Mailbox[struct{}]{}.turn)
)

// Init makes the zero mailbox m one as cfg says, for mailboxes that are part of
// another struct. It must come before every other use, and panics like [New].
func (m *Mailbox[T]) Init(cfg Config[T]) {
	cfg.check()
	if cfg.Capacity > 0 {
		m.extra = &extra[T]{bound: newBound(cfg)}
		m.parker.notify()
	}
}

// Sender returns the sending half of m, for those who are to send only.
func (m *Mailbox[T]) Sender() Sender[T] { return Sender[T]{m} }

// Len returns how many messages are queued. By the time it returns more may have
// come or gone.
func (m *Mailbox[T]) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.flags.has(discarded) {
		return 0
	}
	return int(m.added - uint32(m.turn.taken()))
}

// Queued returns how many messages have been queued since the mailbox was made, less
// those that were dropped: whoever has taken as many has taken all that is there now.
func (m *Mailbox[T]) Queued() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	taken := m.turn.taken()
	return taken + uint64(m.added-uint32(taken))
}

// Taken returns how many messages have been received since the mailbox was made.
func (m *Mailbox[T]) Taken() uint64 { return m.turn.taken() }

// IsClosed reports whether [Mailbox.Close] has been called. Messages may still
// be queued.
func (m *Mailbox[T]) IsClosed() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.flags.has(closed)
}

// Close ends sending: from now on a send returns [ErrClosed], also one that
// waits for room. What is queued can still be received; after that, receiving
// returns [ErrClosed]. A second Close does nothing.
func (m *Mailbox[T]) Close() {
	m.mu.Lock()
	if m.flags.has(closed) {
		m.mu.Unlock()
		return
	}
	m.flags |= closed
	if b := m.bound(); b != nil {
		b.refuseWaiting(ErrClosed)
		b.queued.settle(ErrClosed)
		b.refused.settle(ErrClosed)
	}
	m.wakeAndUnlock()
}

// bound returns the limits of a bounded mailbox, nil of an unbounded one.
func (m *Mailbox[T]) bound() *bound[T] {
	if m.extra == nil {
		return nil
	}
	return m.extra.bound
}

// extraLocked returns m.extra, made if it was not there.
func (m *Mailbox[T]) extraLocked() *extra[T] {
	if m.extra == nil {
		m.extra = new(extra[T])
	}
	return m.extra
}

// turn counts what was received and lets one receiver in at a time: the lowest
// bit is set while one is inside, the others count. Count and turn share a word
// so that a receive costs two atomic operations, not four.
type turn struct {
	word atomic.Uint64
}

// begin reports whether it is the caller's turn to receive.
func (t *turn) begin() bool {
	w := t.word.Load()
	return w&1 == 0 && t.word.CompareAndSwap(w, w|1)
}

// end lets the next receiver in, after n messages were received. The store
// publishes all that this receiver wrote to the mailbox's receiving side.
func (t *turn) end(n uint64) {
	t.word.Store(t.word.Load()&^1 + n<<1)
}

func (t *turn) taken() uint64 { return t.word.Load() >> 1 }
