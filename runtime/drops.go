package runtime

import "sync"

// drops calls the program's OnDrop for messages that were dropped where it must not
// run: in the reader of a connection, which would be held up by it. They wait in
// order for one goroutine, which ends when none is left.
type drops struct {
	onDrop func(Message)

	mu      sync.Mutex
	waiting []drop // guarded by mu
	running bool   // guarded by mu; the goroutine is there
}

// drop is a message that was dropped, and who is told when OnDrop has returned.
type drop struct {
	message Message
	settled func()
}

// dropAside tells the caller of a call that was dropped, and leaves it to another
// goroutine to tell the program. It reports whether settled will be called.
func (p *process) dropAside(m Message, settled func()) bool {
	p.refuseDropped(m)
	p.mu.Lock()
	d := p.rec.rareOf().drops
	p.mu.Unlock()
	if d == nil {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting = append(d.waiting, drop{m, settled})
	if !d.running {
		d.running = true
		go d.callAll(p) // ends when nothing waits; nobody waits for the program's code
	}
	return true
}

func (d *drops) callAll(p *process) {
	over := false
	defer func() {
		if !over { // OnDrop has called Goexit
			go d.callAll(p) // ends as the one before
		}
	}()
	for {
		next, ok := d.next()
		if !ok {
			over = true
			return
		}
		d.call(p, next)
	}
}

func (d *drops) next() (next drop, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.waiting) == 0 {
		d.waiting, d.running = nil, false
		return next, false
	}
	next = d.waiting[0]
	d.waiting[0] = drop{}
	d.waiting = d.waiting[1:]
	return next, true
}

func (d *drops) call(p *process, next drop) {
	defer next.settled()
	p.guard(func() { d.onDrop(next.message) })
}
