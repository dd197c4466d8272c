package dist

import (
	"errors"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
)

// deliver gives a message to its process, or leaves it with its full mailbox.
func (p *Peer) deliver(s *Signal, to pid.PID) {
	queued, err := p.port.inlet.Offer(to, s.Envelope)
	if queued {
		return
	}
	if err == nil {
		err = p.leave(s, to)
	}
	if err != nil {
		p.refused(s, err)
	}
}

// signalBytes is what a signal that waits takes beside its value, about.
const signalBytes = 256

func (s *Signal) weight() int64 { return int64(s.Size) + signalBytes }

// leave leaves a message with a mailbox in which there is no room for it.
func (p *Peer) leave(s *Signal, to pid.PID) error {
	between, n := pair{to.ID(), s.From.ID()}, s.weight()
	p.waiting.add(n)
	item := p.overflow.begin(between)
	settled := func() {
		p.overflow.end(between, item)
		p.waiting.giveBack(n)
	}
	message, later, err := p.port.inlet.Leave(to, s.Envelope, settled)
	if message != nil {
		p.overflow.set(item, message)
	}
	if !later {
		settled()
	}
	return err
}

// refused deals with a message that its process has not got. A process that is ending
// tells its watchers by itself.
func (p *Peer) refused(s *Signal, err error) {
	p.countDropped(s)
	if s.Kind == signal.Call && !errors.Is(err, registry.ErrNoProc) {
		p.endWatched(s, signal.Error(err.Error()))
	}
}

// endWatched ends a monitor or call of the peer's with a reason.
func (p *Peer) endWatched(s *Signal, reason signal.ExitReason) {
	p.mu.Lock()
	w, ok := remove(&p.watched, s.Ref)
	if ok {
		back, _ := signal.Answer(pid.Address{PID: p.local(w.local)}, s.Envelope, reason)
		p.answerLocked(Signal{Envelope: back, To: pid.Address{PID: s.From}, Name: w.name})
	}
	p.unlock()
	if ok {
		_ = p.port.inlet.Deliver(p.local(w.local), signal.Envelope{Kind: signal.Demonitor, From: s.From, Ref: s.Ref})
	}
}

// countDropped counts a message of which nobody is told that it has not arrived.
func (p *Peer) countDropped(s *Signal) {
	if mayBeLost(s.Kind) {
		p.dropped.Add(1)
	}
}
