//go:build gc && go1.26 && !go1.28 && !race && !starlang_portable

package mailbox

import (
	"sync/atomic"
	"unsafe"
)

// parker parks a goroutine by means of the scheduler's own two functions. Go keeps
// them linkable, with these signatures, for packages that build synchronization of
// their own (https://go.dev/issue/67401). What is not promised are the numbers of
// the reasons; so each release of Go has to be looked at before it is added to the
// build constraint above, and until then gets park_channel.go; park_check.go looks at
// patch releases. The race detector gets park_channel.go too: it does not know about
// these functions.
//
// Two things that Go does for channels it cannot do here. A goroutine outside of a
// testing/synctest bubble that wakes one inside is not noticed, where a channel panics.
// And the goroutine leak profile never lists a receiver whose mailbox nobody can reach.
//
// Its word is one of the constants below, or the address of the goroutine that is
// parked. The runtime keeps the memory of goroutines for ever, so an address is as
// good as a pointer.
type parker uintptr

const (
	quiet parker = iota
	notified
)

// sleeper is a receiver to be woken; the zero sleeper is nobody.
type sleeper uintptr

// Of Go 1.26 and 1.27: what tracebacks and traces say of the receiver. By this reason
// testing/synctest knows that it waits for another goroutine.
const (
	waitReasonSyncCondWait = 21
	waitReasonText         = "sync.Cond.Wait"
	traceBlockCondWait     = 4
)

//go:linkname gopark runtime.gopark
func gopark(commit func(g uintptr, p unsafe.Pointer) bool, p unsafe.Pointer, reason, traceReason uint8, skip int)

//go:linkname goready runtime.goready
func goready(g uintptr, skip int)

func (p *parker) word() *uintptr { return (*uintptr)(p) }

// park waits if p is quiet. It is for the receiver.
func (p *parker) park() {
	if p.isQuiet() {
		gopark(publish, unsafe.Pointer(p), waitReasonSyncCondWait, traceBlockCondWait, 1)
	}
}

// publish is called by the scheduler once the goroutine g counts as waiting. If it
// reports false g goes on at once. It runs on the scheduler's stack, so it must not
// allocate, grow its stack or write a pointer to memory.
//
//go:nosplit
func publish(g uintptr, p unsafe.Pointer) bool {
	return atomic.CompareAndSwapUintptr((*uintptr)(p), uintptr(quiet), g)
}

func (p *parker) isQuiet() bool { return atomic.LoadUintptr(p.word()) == uintptr(quiet) }

// isParked reports whether the receiver waits. The lock must be held for it to mean
// anything, and for all that follows.
func (p *parker) isParked() bool { return atomic.LoadUintptr(p.word()) > uintptr(notified) }

// reset makes p quiet. It is for the receiver.
func (p *parker) reset() { atomic.StoreUintptr(p.word(), uintptr(quiet)) }

// notify makes p notified and returns whom to wake for it.
func (p *parker) notify() sleeper {
	if atomic.CompareAndSwapUintptr(p.word(), uintptr(quiet), uintptr(notified)) || !p.isParked() {
		return 0
	}
	return sleeper(atomic.SwapUintptr(p.word(), uintptr(notified)))
}

// notifyUnlocked is notify for those who do not hold the lock.
func (p *parker) notifyUnlocked() sleeper {
	if g := atomic.SwapUintptr(p.word(), uintptr(notified)); g > uintptr(notified) {
		return sleeper(g)
	}
	return 0
}

// unpark makes p, which is parked, quiet and returns whom to wake.
func (p *parker) unpark() sleeper {
	g := *p
	*p = quiet // nobody else has a right to change it, so it need not be atomic
	return sleeper(g)
}

// wake wakes the receiver, if there is one. It is called without the lock, so that
// the receiver does not run into it.
func (s sleeper) wake() {
	if s != 0 {
		goready(uintptr(s), 1)
	}
}

//go:linkname canSpin sync.runtime_canSpin
func canSpin(i int) bool

//go:linkname doSpin sync.runtime_doSpin
func doSpin()

// maxSpins is how often spin lets a core pause 30 times: some microseconds.
const maxSpins = 12

// spin lets senders on other cores go on for some microseconds. It does nothing if
// none of them runs, or if another goroutine could run here.
func spin() {
	for range maxSpins {
		if !canSpin(0) {
			return
		}
		doSpin()
	}
}
