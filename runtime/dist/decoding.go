package dist

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid"
)

// decoding is where signals wait while a large message is decoded that must come before
// them: for each sender and receiver their own queue. So the reader of the connection goes
// on, and so does everything between other processes.
type decoding struct {
	used atomic.Int64 // how many queues there are

	mu   sync.Mutex
	of   map[pair]*decodeQueue // guarded by mu; nil if there are none
	over bool                  // guarded by mu; nothing is acted upon any more
	idle chan struct{}         // guarded by mu; closed when there is no queue; nil if nobody waits
}

// decodeQueue is a queue with a goroutine, which ends when the queue is empty. It is
// guarded by the mu of decoding.
type decodeQueue struct {
	signals []arrived
}

// arrived is a signal and the process that it is for.
type arrived struct {
	Signal
	to pid.PID
}

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
		go d.run(p, between, q) // ends with the queue; Down waits for it, within decodeGrace
	}
	p.waiting.add(s.weight())
	q.signals = append(q.signals, arrived{*s, to})
	return true
}

// has reports whether signals of a pair wait.
func (d *decoding) has(between pair) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.of[between] != nil
}

// run acts on what is in q, in order.
func (d *decoding) run(p *Peer, between pair, q *decodeQueue) {
	done := false
	defer func() {
		if !done { // a decoder has called Goexit
			go d.run(p, between, q) // as this one
		}
	}()
	for {
		next, ok := d.next(between, q)
		if !ok {
			done = true
			return
		}
		d.one(p, next)
	}
}

// next takes the oldest signal out of q, or ends q if there is none.
func (d *decoding) next(between pair, q *decodeQueue) (next arrived, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(q.signals) == 0 {
		remove(&d.of, between)
		d.used.Add(-1)
		if d.idle != nil && d.of == nil {
			close(d.idle)
			d.idle = nil
		}
		return next, false
	}
	next = q.signals[0]
	q.signals[0] = arrived{}
	q.signals = q.signals[1:]
	return next, true
}

// one decodes a signal if need be and acts on it.
func (d *decoding) one(p *Peer, s arrived) {
	defer p.waiting.giveBack(s.weight())
	err := errDecoderExit // unless decode returns
	defer func() {
		if err == errDecoderExit {
			p.undecodable(&s.Signal, err)
		}
	}()
	err = s.decode()
	d.mu.Lock()
	over := d.over
	d.mu.Unlock()
	switch {
	case over:
	case err != nil:
		p.undecodable(&s.Signal, err)
	default:
		if err := p.act(&s.Signal, s.to); err != nil {
			p.carrier.Close(err)
		}
	}
}

// end waits until nothing is being decoded, for d at the most. From then on what waits is
// lost with the connection.
func (d *decoding) end(grace time.Duration) {
	d.mu.Lock()
	var idle chan struct{}
	if d.of != nil {
		idle = make(chan struct{})
		d.idle = idle
	}
	d.mu.Unlock()
	if idle != nil {
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case <-idle:
		case <-timer.C:
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.over = true
}
