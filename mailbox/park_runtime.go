//go:build gc && go1.26 && !go1.27 && !race && !starlang_portable

package mailbox

import (
	"sync/atomic"
	"unsafe"
)

// parker parks a goroutine by means of the scheduler's own two functions. Go keeps
// them linkable, with these signatures, for packages that build synchronization of
// their own (https://go.dev/issue/67401). What is not promised are the numbers of
// the reasons; so each release of Go has to be looked at before it is added to the
// build constraint above, and until then gets park_channel.go. The race detector
// does too: it does not know about these functions.
type parker struct {
	// word is 0 from prepare on, then the goroutine that waits or, if the waker
	// came first, its wakeup. The runtime keeps all goroutines' memory for ever,
	// so an address is as good as a pointer.
	word uintptr
}

// Of Go 1.26: what tracebacks and traces say of the receiver. By this reason
// testing/synctest knows that it waits for another goroutine.
const (
	waitReasonSyncCondWait = 21
	traceBlockCondWait     = 4
)

//go:linkname gopark runtime.gopark
func gopark(commit func(g uintptr, word unsafe.Pointer) bool, word unsafe.Pointer, reason, traceReason uint8, skip int)

//go:linkname goready runtime.goready
func goready(g uintptr, skip int)

func (p *parker) prepare() { p.word = 0 }

// park waits for the wake.
func (p *parker) park() wakeup {
	gopark(publish, unsafe.Pointer(&p.word), waitReasonSyncCondWait, traceBlockCondWait, 1)
	return wakeup(p.word)
}

// publish is called by the scheduler once the goroutine g counts as waiting. If it
// reports false g goes on at once. It runs on the scheduler's stack, so it must not
// allocate, grow its stack or write a pointer to memory.
//
//go:nosplit
func publish(g uintptr, word unsafe.Pointer) bool {
	return atomic.CompareAndSwapUintptr((*uintptr)(word), 0, g)
}

func (p *parker) wake(why wakeup) {
	if g := atomic.SwapUintptr(&p.word, uintptr(why)); g != 0 {
		goready(g, 1)
	}
}
