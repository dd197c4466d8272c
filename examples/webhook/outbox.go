package main

import (
	"sync"
	"sync/atomic"
)

// maxQueuedBytes bounds the bodies of all queues together.
const maxQueuedBytes = 256 << 20

// outbox holds what was accepted and is not delivered, one queue for each destination. It is
// no worker's: a worker that crashes leaves its queue to the next one, and loses nothing. It is
// in memory only: what it holds is lost if the program is killed, or the machine fails.
type outbox struct {
	bytes atomic.Int64 // of all bodies

	mu     sync.Mutex
	queues map[string]*queue
}

func newOutbox() *outbox { return &outbox{queues: make(map[string]*queue)} }

// of returns the queue of a destination.
func (o *outbox) of(url string) *queue {
	o.mu.Lock()
	defer o.mu.Unlock()
	q, ok := o.queues[url]
	if !ok {
		q = &queue{bytes: &o.bytes}
		o.queues[url] = q
	}
	return q
}

// forget drops the queue of a destination if nothing waits in it, so that the outbox does not
// grow with all destinations there ever were. The worker that has it ends, and adds no more.
func (o *outbox) forget(url string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if q, ok := o.queues[url]; ok && q.len() == 0 {
		delete(o.queues, url)
	}
}

// waiting returns the destinations for which something waits, and how much all of them have.
func (o *outbox) waiting() (urls []string, total int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for url, q := range o.queues {
		if n := q.len(); n > 0 {
			urls, total = append(urls, url), total+n
		}
	}
	return urls, total
}

// queue is what waits for one destination, the first in front.
type queue struct {
	bytes *atomic.Int64 // of all queues

	mu  sync.Mutex
	all []enqueue
}

// add puts e behind the others unless there are maxQueue, or those of all queues have
// maxQueuedBytes, and returns how many there are.
func (q *queue) add(e enqueue) (n int, added bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	size := int64(len(e.Body))
	if len(q.all) >= maxQueue {
		return len(q.all), false
	}
	if q.bytes.Add(size) > maxQueuedBytes {
		q.bytes.Add(-size)
		return len(q.all), false
	}
	q.all = append(q.all, e)
	return len(q.all), true
}

// first returns the first.
func (q *queue) first() (e enqueue, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.all) == 0 {
		return enqueue{}, false
	}
	return q.all[0], true
}

// done takes the first out.
func (q *queue) done() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.bytes.Add(-int64(len(q.all[0].Body)))
	q.all[0] = enqueue{} // the array keeps it from being collected
	q.all = q.all[1:]
}

func (q *queue) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.all)
}
