package main

import (
	"sync"

	"github.com/asynkron/protoactor-go/actor"
)

// keepers is a dispatcher that keeps goroutines. The library's own one starts
// a goroutine for each burst of messages, whose first stack of 2 KiB is too
// small for a message that is answered: the growth costs several times as much
// as the message.
type keepers struct {
	mu   sync.Mutex
	idle []chan func() // guarded by mu; the one with the warmest stack is last
}

var _ actor.Dispatcher = (*keepers)(nil)

// mostIdle is how many goroutines are kept that have nothing to do. The others
// end, as they all do in the library.
const mostIdle = 16

// throughput is the library's own.
const throughput = 300

// Throughput implements actor.Dispatcher.
func (k *keepers) Throughput() int { return throughput }

// Schedule implements actor.Dispatcher.
func (k *keepers) Schedule(work func()) {
	k.mu.Lock()
	last := len(k.idle) - 1
	if last < 0 {
		k.mu.Unlock()
		go k.keep(work) // ends when enough others are idle
		return
	}
	next := k.idle[last]
	k.idle = k.idle[:last]
	k.mu.Unlock()
	next <- work
}

func (k *keepers) keep(work func()) {
	next := make(chan func(), 1) // the one who schedules does not wait
	for {
		work()
		k.mu.Lock()
		if len(k.idle) == mostIdle {
			k.mu.Unlock()
			return
		}
		k.idle = append(k.idle, next)
		k.mu.Unlock()
		work = <-next
	}
}
