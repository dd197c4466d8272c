package memory

import (
	"context"
	"errors"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/remote/cluster/directory"
)

// Faults is what goes wrong between a client and its store. The zero Faults is nothing.
type Faults struct {
	// Cut holds up requests and answers. What is held arrives when the cut ends, also
	// if nobody waits for it any more.
	Cut bool
	// Mute holds up answers only, and what watches bring: requests are obeyed.
	Mute bool
	// Down makes all requests fail at once, with no effect, as if nothing listened.
	// Watches bring nothing.
	Down bool
	// Delay returns how long one way takes. It must be fit for use by many goroutines.
	// nil: no time.
	Delay func() time.Duration
	// Answer returns how much longer an answer takes. The same holds.
	Answer func() time.Duration
}

// Client is a store as one node sees it. All goroutines may share it.
type Client struct {
	store *Store

	mu      sync.Mutex
	faults  Faults        // guarded by mu
	changed chan struct{} // guarded by mu; closed when the faults change

	ctx   context.Context // ends with Close
	close context.CancelFunc
	wg    sync.WaitGroup // requests under way
}

var (
	_ directory.Directory = (*Client)(nil)
	_ directory.Session   = (*session)(nil)
)

// Client returns a new client. End it with [Client.Close].
func (s *Store) Client() *Client {
	c := &Client{store: s, changed: make(chan struct{})}
	c.ctx, c.close = context.WithCancel(context.Background())
	return c
}

// Close ends all requests and watches; what is under way is lost. Sessions stay until
// their time is over. A second Close does nothing.
func (c *Client) Close() {
	c.mu.Lock()
	c.close()
	c.mu.Unlock()
	c.wg.Wait()
}

// spawn runs f, which ends with Close, and reports whether the client is open.
func (c *Client) spawn(f func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ctx.Err() != nil {
		return false
	}
	c.wg.Go(f)
	return true
}

// SetFaults sets what goes wrong from now on.
func (c *Client) SetFaults(f Faults) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = f
	close(c.changed)
	c.changed = make(chan struct{})
}

func (c *Client) now() (Faults, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.faults, c.changed
}

// way is one direction: how long it takes, and whether it is held up.
type way struct {
	delay func(Faults) time.Duration
	held  func(Faults) bool
}

var (
	there = way{Faults.delay, func(f Faults) bool { return f.Cut }}
	back  = way{Faults.answerDelay, func(f Faults) bool { return f.Cut || f.Mute || f.Down }}
)

func (f Faults) delay() time.Duration {
	if f.Delay == nil {
		return 0
	}
	return f.Delay()
}

func (f Faults) answerDelay() time.Duration {
	if f.Answer == nil {
		return f.delay()
	}
	return f.delay() + f.Answer()
}

// pass takes the time of one way, and waits while that is held up. It reports false if ctx
// ended first.
func (c *Client) pass(ctx context.Context, w way) bool {
	f, _ := c.now()
	if d := w.delay(f); d > 0 {
		select {
		case <-time.After(d):
		case <-ctx.Done():
			return false
		}
	}
	for {
		f, changed := c.now()
		if !w.held(f) {
			return ctx.Err() == nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}

var (
	errClosed = errors.New("memory: client is closed")
	errDown   = errors.New("memory: nothing listens")
)

// do has the store do something. It goes its way also if ctx ends meanwhile.
func (c *Client) do(ctx context.Context, what func()) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if f, _ := c.now(); f.Down {
		return errors.Join(directory.ErrUnknown, errDown)
	}
	answered := make(chan struct{})
	open := c.spawn(func() {
		if !c.pass(c.ctx, there) {
			return
		}
		what()
		if c.pass(c.ctx, back) {
			close(answered)
		}
	})
	if !open {
		return errClosed
	}
	select {
	case <-answered:
		return nil
	case <-ctx.Done():
		return errors.Join(directory.ErrUnknown, context.Cause(ctx))
	case <-c.ctx.Done():
		return errors.Join(directory.ErrUnknown, errClosed)
	}
}

// answer is what a request to the store returns.
type answer[T any] struct {
	value T
	err   error
}

func ask[T any](ctx context.Context, c *Client, what func() (T, error)) (T, error) {
	got := make(chan answer[T], 1) // the answer may come when nobody waits
	err := c.do(ctx, func() {
		v, err := what()
		got <- answer[T]{v, err}
	})
	if err != nil {
		var none T
		return none, err
	}
	a := <-got
	return a.value, a.err
}

// Open implements [directory.Directory].
func (c *Client) Open(ctx context.Context, ttl time.Duration) (directory.Session, error) {
	l, err := ask(ctx, c, func() (*lease, error) { return c.store.open(ttl), nil })
	if err != nil {
		return nil, err
	}
	return &session{client: c, id: l.id}, nil
}

// Get implements [directory.Directory].
func (c *Client) Get(ctx context.Context, key string) (directory.Entry, error) {
	return ask(ctx, c, func() (directory.Entry, error) { return c.store.get(key) })
}

// List implements [directory.Directory].
func (c *Client) List(ctx context.Context, prefix string) ([]directory.Entry, directory.Revision, error) {
	var at directory.Revision
	entries, err := ask(ctx, c, func() (entries []directory.Entry, _ error) {
		entries, at = c.store.list(prefix)
		return entries, nil
	})
	if err != nil {
		return nil, 0, err // at may be being written
	}
	return entries, at, nil
}

// Watch implements [directory.Directory].
func (c *Client) Watch(ctx context.Context, prefix string, after directory.Revision) iter.Seq2[directory.Batch, error] {
	return func(yield func(directory.Batch, error) bool) {
		for {
			batch, changed, err := c.store.since(prefix, after)
			switch {
			case err != nil:
				yield(directory.Batch{}, err)
				return
			case len(batch.Events) > 0:
				if !c.pass(ctx, back) || !yield(batch, nil) {
					return
				}
			}
			if after = batch.Revision; len(batch.Events) > 0 {
				continue
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return
			case <-c.ctx.Done():
				yield(directory.Batch{}, errClosed)
				return
			}
		}
	}
}

// session is a session as its client knows it.
type session struct {
	client *Client
	id     directory.SessionID
	round  atomic.Uint64 // of claims; the store knows which one counts
}

func (s *session) ID() directory.SessionID { return s.id }

func (s *session) Renew(ctx context.Context) (time.Duration, error) {
	return ask(ctx, s.client, func() (time.Duration, error) { return s.client.store.renew(s.id) })
}

func (s *session) Claim(ctx context.Context, claims ...directory.Claim) ([]directory.Entry, error) {
	round := s.round.Load()
	return ask(ctx, s.client, func() ([]directory.Entry, error) {
		return s.client.store.claim(s.id, round, claims)
	})
}

func (s *session) Settle(ctx context.Context) error {
	round := s.round.Add(1)
	_, err := ask(ctx, s.client, func() (none struct{}, _ error) {
		return none, s.client.store.settle(s.id, round)
	})
	return err
}

func (s *session) Release(ctx context.Context, entries ...directory.Entry) error {
	return s.client.do(ctx, func() { s.client.store.release(s.id, entries) })
}

func (s *session) Close(ctx context.Context) error {
	return s.client.do(ctx, func() { s.client.store.Revoke(s.id) })
}
