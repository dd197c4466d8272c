package main

import "sync"

// outbox holds what was accepted and is not delivered, one queue for each destination. It is
// no worker's: a worker that crashes leaves its queue to the next one, and loses nothing.
type outbox struct {
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
		q = new(queue)
		o.queues[url] = q
	}
	return q
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
	mu  sync.Mutex
	all []enqueue
}

// add puts e behind the others unless there are maxQueue, and returns how many there are.
func (q *queue) add(e enqueue) (n int, added bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.all) >= maxQueue {
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
	q.all = q.all[1:]
}

func (q *queue) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.all)
}
