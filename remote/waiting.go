package remote

import "sync"

// waiting counts the bytes of messages that have arrived over a connection and are in no
// mailbox yet. Above a bound the connection does not read.
type waiting struct {
	share
	mu     sync.Mutex
	less   *sync.Cond // L is &mu
	beyond ByteCount  // guarded by mu; how much more than the bound may wait, for a probe
	ended  bool       // guarded by mu
}

func (w *waiting) init(b *budget) {
	w.of = b
	w.less = sync.NewCond(&w.mu)
}

func (w *waiting) add(n ByteCount) {
	w.share.add(int64(n))
	if n < 0 {
		w.notify(func() {})
	}
}

// allow lets n bytes more than the bound wait. They are not allowed again as long as they
// do.
func (w *waiting) allow(n ByteCount) { w.notify(func() { w.beyond = n }) }

func (w *waiting) end() { w.notify(func() { w.ended = true }) }

// notify changes what await waits for.
func (w *waiting) notify(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
	w.less.Signal()
}

// isFull reports whether more waits than may.
func (w *waiting) isFull(limit ByteCount) bool {
	return w.held.Load() > int64(limit) || w.exceeded()
}

// awaitRoom waits while too much is put aside and the connection has not ended. Meanwhile
// the reader is paused.
func (c *conn) awaitRoom() {
	w := &c.waiting
	if !w.isFull(c.cfg.WaitingBytes) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	c.paused.Store(true)
	for !w.ended && w.isFull(c.cfg.WaitingBytes) && (w.beyond == 0 || w.held.Load() > int64(c.cfg.WaitingBytes+w.beyond)) {
		w.less.Wait()
	}
	c.paused.Store(!w.ended && w.isFull(c.cfg.WaitingBytes)) // it reads for a probe only
}
