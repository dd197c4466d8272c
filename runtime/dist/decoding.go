package dist

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid"
)

// decoding is where signals wait while a message is decoded that must come before them,
// one that is large, or whose decoding runs code of the program: for each sender and
// receiver their own queue. So the reader of the connection goes on, and so does everything
// between other processes.
//
// A decoding method may hang, and nobody can end it. It is given up when its time is over:
// its message is lost, another goroutine goes on with the queue, and how many of them hang
// is bounded.
type decoding struct {
	used atomic.Int64 // how many queues there are
	hung share        // goroutines that were given up and have not come back

	mu    sync.Mutex
	of    map[pair]*decodeQueue // guarded by mu; nil if there are none
	over  bool                  // guarded by mu; nothing is acted upon any more
	idle  chan struct{}         // guarded by mu; closed when there is no queue; nil if nobody waits
	watch *time.Timer           // guarded by mu; calls giveUp; nil if there are no queues
}

// decodeQueue is a queue with a goroutine, which ends when the queue is empty. It is
// guarded by the mu of decoding.
type decodeQueue struct {
	signals []arrived
	now     arrived   // what the goroutine is at; zero while it acts on that, or at nothing
	due     time.Time // when its decoding is given up; zero if it is not decoded
	turn    uint64    // of the goroutine that goes on with the queue; earlier ones were given up
}

// arrived is a signal and the process that it is for.
type arrived struct {
	Signal
	to pid.PID
}

// decoderBytes is what a queue takes beside its signals, about: the stack of a goroutine
// that decodes. So there are not more queues than Config.WaitingBytes allows.
const decoderBytes = 16 << 10

var (
	errDecoderHangs  = errors.New("a decoder takes longer than DecodeTimeout")
	errDecodersStuck = errors.New("too many decoders hang")
)

// add puts s into the queue of its pair, or begins one if s is to be decoded. It reports
// false if s need not wait.
func (d *decoding) add(p *Peer, to pid.PID, s *Signal) bool {
	between := pair{to.ID(), s.From.ID()}
	d.mu.Lock()
	defer d.mu.Unlock()
	q := d.of[between]
	switch {
	case d.over:
		return true // lost with the connection
	case q == nil && s.Decode == nil:
		return false
	case q == nil:
		q = &decodeQueue{}
		put(&d.of, between, q)
		d.used.Add(1)
		p.waiting.add(decoderBytes)
		d.startLocked(p, between, q)
		d.watchLocked(p)
	}
	p.waiting.add(s.weight())
	q.signals = append(q.signals, arrived{*s, to})
	return true
}

// startLocked starts a goroutine that goes on with q.
func (d *decoding) startLocked(p *Peer, between pair, q *decodeQueue) {
	q.turn++
	go d.run(p, between, q, q.turn) // ends with the queue, or when it is given up; Down waits for it, within decodeGrace
}

// has reports whether signals of a pair wait.
func (d *decoding) has(between pair) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.of[between] != nil
}

// run acts on what is in q, in order, unless it is given up.
func (d *decoding) run(p *Peer, between pair, q *decodeQueue, turn uint64) {
	done := false
	defer func() {
		if !done { // a decoder has called Goexit
			d.lose(p, q, turn, errDecoderExit)
			go d.run(p, between, q, turn) // as this one
		}
	}()
	for {
		s, ok := d.next(p, between, q, turn)
		if !ok {
			break
		}
		d.one(p, q, turn, s)
	}
	done = true
}

// next returns the oldest signal of q, which the goroutine is at from now on. If there is
// none it ends q; if the goroutine has been given up, it has come back by now.
func (d *decoding) next(p *Peer, between pair, q *decodeQueue, turn uint64) (s arrived, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case q.turn != turn:
		d.hung.add(-1)
		return s, false
	case len(q.signals) == 0:
		d.endLocked(p, between)
		return s, false
	}
	s = q.signals[0]
	q.signals[0] = arrived{}
	q.signals = q.signals[1:]
	q.now = s
	if s.Decode != nil {
		q.due = time.Now().Add(p.decodeTime(&s.Signal))
	}
	return s, true
}

// endLocked ends a queue.
func (d *decoding) endLocked(p *Peer, between pair) {
	remove(&d.of, between)
	d.used.Add(-1)
	p.waiting.giveBack(decoderBytes)
	if d.of != nil {
		return
	}
	d.watch.Stop()
	d.watch = nil
	if d.idle != nil {
		close(d.idle)
		d.idle = nil
	}
}

// one decodes s, which q is at, if need be, and acts on it.
func (d *decoding) one(p *Peer, q *decodeQueue, turn uint64, s arrived) {
	if s.Decode != nil && d.stuck(p) {
		d.lose(p, q, turn, errDecodersStuck)
		return
	}
	if err := s.decode(); err != nil {
		d.lose(p, q, turn, err)
		return
	}
	if _, ok := d.settle(p, q, turn); !ok {
		return
	}
	if err := p.act(&s.Signal, s.to); err != nil {
		p.carrier.Close(err)
	}
}

// stuck reports whether so many decoders hang that none is started any more.
func (d *decoding) stuck(p *Peer) bool {
	return d.hung.held.Load() >= int64(p.port.cfg.MaxHungDecoders) || d.hung.exceeded()
}

// settle takes from q what it is at, which needs no decoding any more. It reports false if
// nothing is to follow from that: it has been given up, or the connection is over.
func (d *decoding) settle(p *Peer, q *decodeQueue, turn uint64) (s arrived, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if q.turn != turn {
		return s, false
	}
	return q.takeLocked(p), true
}

func (q *decodeQueue) takeLocked(p *Peer) arrived {
	s := q.now
	q.now, q.due = arrived{}, time.Time{}
	p.waiting.giveBack(s.weight())
	return s
}

// lose is settle for what cannot be decoded.
func (d *decoding) lose(p *Peer, q *decodeQueue, turn uint64, err error) {
	if s, ok := d.settle(p, q, turn); ok {
		p.undecodable(&s.Signal, err)
	}
}

// decodeTime returns how long a signal may take to be decoded.
func (p *Peer) decodeTime(s *Signal) time.Duration {
	return p.port.cfg.DecodeTimeout + time.Duration(s.Size)*time.Microsecond
}

// watchLocked sees to it that decoders that hang are given up.
func (d *decoding) watchLocked(p *Peer) {
	if d.watch == nil {
		d.watch = time.AfterFunc(p.port.cfg.DecodeTimeout, func() { d.giveUp(p) })
	}
}

// giveUp gives those decoders up whose time is over.
func (d *decoding) giveUp(p *Peer) {
	for _, s := range d.takeHung(p) {
		p.undecodable(&s.Signal, errDecoderHangs)
	}
}

func (d *decoding) takeHung(p *Peer) (lost []arrived) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.watch == nil || d.over {
		return nil
	}
	now, next := time.Now(), p.port.cfg.DecodeTimeout
	for between, q := range d.of {
		switch left := q.due.Sub(now); {
		case q.due.IsZero():
		case left > 0:
			next = min(next, left)
		default:
			lost = append(lost, q.takeLocked(p))
			d.hung.add(1)
			d.startLocked(p, between, q)
		}
	}
	d.watch.Reset(next)
	return lost
}

// end waits until nothing is being decoded, for grace at the most. From then on what waits
// is lost with the connection, and what is being decoded counts as hung.
func (d *decoding) end(p *Peer, grace time.Duration) {
	d.awaitIdle(grace)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.over = true
	for between, q := range d.of {
		if q.now.Kind != 0 {
			q.takeLocked(p)
		}
		for _, s := range q.signals {
			p.waiting.giveBack(s.weight())
		}
		q.signals = nil
		q.turn++
		d.hung.add(1)
		d.endLocked(p, between)
	}
}

func (d *decoding) awaitIdle(grace time.Duration) {
	d.mu.Lock()
	var idle chan struct{}
	if d.of != nil {
		idle = make(chan struct{})
		d.idle = idle
	}
	d.mu.Unlock()
	if idle == nil {
		return
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-idle:
	case <-timer.C:
	}
}
