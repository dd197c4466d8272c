package observer

import (
	"context"
	"crypto/sha256"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/runtime/inspect"
)

// The times of samplers.
const (
	sampleEvery = time.Second
	lingerTime  = 10 * time.Second // how long a sampler goes on when nobody looks any more
	askTime     = 40 * time.Second // for one look at a page
	maxSamples  = 180              // that are kept for charts
	maxFeeds    = 200              // different views of a node at once
)

// hub asks one node on behalf of all who look at it.
type hub struct {
	observer *Observer
	target   *target
	traces   traces
	samples  atomic.Uint64 // how often the node was asked by the sampler

	mu      sync.Mutex
	feeds   map[string]*feed // guarded by mu; by what they show
	history []sample         // guarded by mu; the oldest first
	failed  error            // guarded by mu; why the last sample is missing
	visited time.Time        // guarded by mu; when somebody was here last
	running bool             // guarded by mu
}

// sample is what the charts show of a moment.
type sample struct {
	At time.Time `json:"at"`
	inspect.Numbers
}

func newHub(o *Observer, t *target) *hub {
	return &hub{observer: o, target: t, feeds: make(map[string]*feed)}
}

// feed is a view that somebody looks at.
type feed struct {
	show    func(ctx context.Context) []byte
	every   time.Duration
	busy    bool      // guarded by hub.mu; it is being made
	made    time.Time // guarded by hub.mu
	viewers int       // guarded by hub.mu

	latest  []byte            // guarded by hub.mu
	sum     [sha256.Size]byte // guarded by hub.mu; of latest
	changed chan struct{}     // guarded by hub.mu; closed when latest is another
}

// visit keeps the sampler running for a while.
func (h *hub) visit() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.visitLocked()
}

func (h *hub) visitLocked() {
	h.visited = time.Now()
	if h.running || h.observer.ctx.Err() != nil {
		return
	}
	h.running = true
	h.history = nil // what was long ago makes no chart with what is now
	h.observer.work.Go(h.run)
}

// run is the sampler. It ends when nobody has looked for a while, or with the observer.
func (h *hub) run() {
	ticker := time.NewTicker(sampleEvery)
	defer ticker.Stop()
	var under sync.WaitGroup
	defer under.Wait()
	ctx, cancel := context.WithCancel(h.observer.ctx)
	defer cancel()
	for h.isWatched() {
		h.take(ctx)
		for _, f := range h.due() {
			under.Go(func() { h.refresh(ctx, f) })
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
		}
	}
}

// isWatched reports whether the sampler has to go on. If not, it is not running any more.
func (h *hub) isWatched() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.feeds) > 0 {
		h.visited = time.Now()
	}
	h.running = h.observer.ctx.Err() == nil && time.Since(h.visited) < lingerTime
	return h.running
}

// take asks for the numbers of the node.
func (h *hub) take(ctx context.Context) {
	h.samples.Add(1)
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	c, err := h.target.ask(ctx)
	var numbers inspect.Numbers
	if err == nil {
		numbers, err = c.Runtime(ctx)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.failed = err
	if err == nil {
		h.history = append(h.history, sample{time.Now(), numbers})
		h.history = h.history[max(0, len(h.history)-maxSamples):]
	}
}

// recent returns the samples that there are.
func (h *hub) recent() []sample {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]sample(nil), h.history...)
}

// due returns the feeds that are to be made anew.
func (h *hub) due() (all []*feed) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	for _, f := range h.feeds {
		if !f.busy && now.Sub(f.made) >= f.every-sampleEvery/2 {
			f.busy, f.made = true, now
			all = append(all, f)
		}
	}
	return all
}

// refresh makes a feed anew, and wakes those who look at it if it has changed.
func (h *hub) refresh(ctx context.Context, f *feed) {
	h.samples.Add(1)
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	b := f.show(ctx)
	sum := sha256.Sum256(b)
	h.mu.Lock()
	defer h.mu.Unlock()
	f.busy = false
	if len(b) > 0 && sum != f.sum {
		f.latest, f.sum = b, sum
		close(f.changed)
		f.changed = make(chan struct{})
	}
}

// watch returns the feed of a view; nil if there are too many. Who has it calls leave.
func (h *hub) watch(key string, every time.Duration, show func(ctx context.Context) []byte) *feed {
	h.mu.Lock()
	defer h.mu.Unlock()
	f := h.feeds[key]
	if f == nil {
		if len(h.feeds) >= maxFeeds {
			return nil
		}
		f = &feed{show: show, every: every, changed: make(chan struct{})}
		h.feeds[key] = f
	}
	f.viewers++
	h.visitLocked()
	return f
}

func (h *hub) leave(key string, f *feed) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.visited = time.Now()
	if f.viewers--; f.viewers == 0 && h.feeds[key] == f {
		delete(h.feeds, key)
	}
}

// state returns what a feed shows, and what is closed when that has changed.
func (h *hub) state(f *feed) (latest []byte, changed <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return f.latest, f.changed
}
