//go:build !(gc && go1.26 && !go1.27 && !race && !starlang_portable)

package mailbox

import "sync/atomic"

// parker parks a goroutine in a channel, which is made when it is first needed.
type parker struct {
	state atomic.Uint32
	woken chan struct{} // written while quiet, by the receiver
}

const (
	quiet uint32 = iota
	stirred
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

// calm makes p quiet. It is for the receiver.
func (p *parker) calm() { p.state.Store(quiet) }

// stir makes p stirred and returns whom to wake for it.
func (p *parker) stir() sleeper {
	if p.state.Swap(stirred) == isParked {
		return p.woken
	}
	return nil
}

// rouse is stir for those who do not hold the lock: stir needs none here.
func (p *parker) rouse() sleeper { return p.stir() }

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

// linger would let senders on other cores go on, if there were a way to know of them.
func linger() {}
