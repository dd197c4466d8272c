//go:build !(gc && go1.26 && !go1.28 && !race && !starlang_portable)

package mailbox

import "sync/atomic"

// parker parks a goroutine in a channel, which is made when it is first needed.
type parker struct {
	state atomic.Uint32
	woken chan struct{} // written while quiet, by the receiver
}

const (
	quiet uint32 = iota
	notified
	isParked
)

// sleeper is a receiver to be woken; the zero sleeper is nobody.
type sleeper chan struct{}

// park waits if p is quiet. It is for the receiver.
func (p *parker) park() {
	if !p.isQuiet() {
		return
	}
	if p.woken == nil {
		p.woken = make(chan struct{}, 1)
	}
	if p.state.CompareAndSwap(quiet, isParked) {
		<-p.woken
	}
}

func (p *parker) isQuiet() bool { return p.state.Load() == quiet }

// isParked reports whether the receiver waits. The lock must be held for it to mean
// anything, and for all that follows.
func (p *parker) isParked() bool { return p.state.Load() == isParked }

// reset makes p quiet. It is for the receiver.
func (p *parker) reset() { p.state.Store(quiet) }

// notify makes p notified and returns whom to wake for it.
func (p *parker) notify() sleeper {
	if p.state.Swap(notified) == isParked {
		return p.woken
	}
	return nil
}

// notifyUnlocked is notify for those who do not hold the lock: notify needs none here.
func (p *parker) notifyUnlocked() sleeper { return p.notify() }

// unpark makes p, which is parked, quiet and returns whom to wake.
func (p *parker) unpark() sleeper {
	p.state.Store(quiet)
	return p.woken
}

// wake wakes the receiver, if there is one. It is called without the lock, so that
// the receiver does not run into it.
func (s sleeper) wake() {
	if s != nil {
		s <- struct{}{}
	}
}

// spin would let senders on other cores go on, if there were a way to know of them.
func spin() {}
