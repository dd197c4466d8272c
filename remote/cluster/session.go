package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/remote/cluster/internal/guarded"
	"github.com/starlang-go/starlang/runtime"
)

// Parts of a session's life, all counted from the sending of the last good renewal: an
// engine counts from when it handled it, which was later.
const (
	// latePart is when nothing new is claimed any more.
	latePart = 0.6
	// lostPart is when the session counts as lost. What is left is for clocks that run
	// at different rates.
	lostPart = 0.9
)

// maxWallLead is how far the wall clock may get ahead of the monotonic one, which
// stands still while a machine is suspended, before a session is late. A clock that is
// set costs an early renewal.
const maxWallLead = time.Second

// State is what a session allows.
type State uint8

// State machine (only these edges; each is one method):
//
//	Good <--renewed-- Late --lose--> Lost
//	 '------ time ----^
const (
	// Good: what is held is held, and more can be claimed.
	Good State = iota
	// Late: what is held is held, nothing new is claimed.
	Late
	// Lost: nothing is held. It is final.
	Lost
)

// String returns the state's name.
func (s State) String() string { return [...]string{"good", "late", "lost"}[s] }

// Session is the time in which this node holds keys of the directory. When it is lost
// all that it held is gone, and the next one begins with nothing. All goroutines may
// share it.
type Session struct {
	session directory.Session
	dir     directory.Directory
	clock   Clock
	ttl     time.Duration

	// gate publishes until when the last good renewal allows what. Only the keeper
	// moves it on; nil, for good, is a session that is lost.
	gate atomic.Pointer[permit]
	urge chan struct{}  // capacity 1: the keeper is to renew at once
	wg   sync.WaitGroup // calls that outlive their callers; the keeper waits for them

	mu     sync.Mutex
	owned  map[*owned]struct{} // guarded by mu; Invariant: lost implies empty
	fences map[pid.PID]actor   // guarded by mu; of processes that act for a key

	ctx context.Context // ends, under mu, when the session was lost
	end context.CancelCauseFunc
}

// permit is what a renewal allows. It does not change.
type permit struct {
	lateAt, lostAt time.Duration // on the monotonic clock
	lead           time.Duration // of the wall clock when the renewal was sent
}

// owned is something that ends with the session.
type owned struct{ kill func() }

// actor is a process that acts for a key.
type actor struct {
	fence  directory.Fence
	starts bool // what it starts meanwhile acts for the key too
}

func newSession(s directory.Session, dir directory.Directory, clock Clock, ttl time.Duration) *Session {
	n := &Session{
		session: s, dir: dir, clock: clock, ttl: ttl,
		urge:   make(chan struct{}, 1),
		owned:  make(map[*owned]struct{}),
		fences: make(map[pid.PID]actor),
	}
	n.ctx, n.end = context.WithCancelCause(context.Background())
	return n
}

// permitFrom returns what a renewal allows that was sent at a moment.
func permitFrom(sent, wall, ttl time.Duration) *permit {
	return &permit{
		lateAt: sent + time.Duration(latePart*float64(ttl)),
		lostAt: sent + time.Duration(lostPart*float64(ttl)),
		lead:   wall - sent,
	}
}

// ID returns the directory's name of the session.
func (s *Session) ID() directory.SessionID { return s.session.ID() }

// State returns what the session allows now.
func (s *Session) State() State {
	p := s.gate.Load()
	if p == nil {
		return Lost
	}
	now, wall := s.clock.Now()
	switch {
	case now >= p.lostAt:
		return Lost
	case now >= p.lateAt || p.suspended(now, wall):
		return Late
	}
	return Good
}

// suspended reports whether the machine seems to have stood still since the renewal.
func (p *permit) suspended(now, wall time.Duration) bool { return wall-now-p.lead > maxWallLead }

// Open reports whether what this session holds may be used now. Who acts for a key asks
// before each action, not once: a process may be stopped for longer than a session
// lives. After a suspended machine wakes it is shut until a renewal has succeeded.
//
// It makes no side effect safe: see [directory.Fence].
func (s *Session) Open() bool {
	p := s.gate.Load()
	if p == nil {
		return false
	}
	now, wall := s.clock.Now()
	if p.suspended(now, wall) {
		s.renewSoon()
		return false
	}
	return now < p.lostAt
}

// renewSoon makes the keeper renew without waiting for the next tick.
func (s *Session) renewSoon() {
	select {
	case s.urge <- struct{}{}:
	default:
	}
}

// Lost returns a channel that is closed when the session has been lost and all that it
// owned was told to end.
func (s *Session) Lost() <-chan struct{} { return s.ctx.Done() }

// Cause returns why the session was lost, nil before.
func (s *Session) Cause() error { return context.Cause(s.ctx) }

// Own has kill called when the session is lost, and returns what takes that back. It
// reports false, and calls nothing, if the session is lost already. kill must neither wait
// nor call the session back.
func (s *Session) Own(kill func()) (disown func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return func() {}, false
	}
	o := &owned{kill}
	s.owned[o] = struct{}{}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.owned, o)
	}, true
}

// Hold makes p the process that acts for a claim with a fence: it is killed when the
// session is lost, and [FenceOf] finds the fence meanwhile. It returns what ends that, and
// false if the session is lost already.
func (s *Session) Hold(rt *runtime.Runtime, p pid.PID, f directory.Fence) (end func(), ok bool) {
	disown, ok := s.Own(func() { _ = rt.Exit(p, signal.Kill) })
	if !ok {
		return disown, false
	}
	return s.act(p, actor{fence: f}, disown), true
}

// Starting lets p start the process that is to act for a claim with a fence: [FenceOf] finds it in
// p, and in what p spawns, until what is returned ends that. If the session is lost meanwhile
// lost is called; it must neither wait nor call the session back. Starting reports false if that is so already.
func (s *Session) Starting(p pid.PID, f directory.Fence, lost func()) (end func(), ok bool) {
	disown, ok := s.Own(lost)
	if !ok {
		return disown, false
	}
	return s.act(p, actor{f, true}, disown), true
}

// act makes p an actor, and returns what ends that.
func (s *Session) act(p pid.PID, a actor, disown func()) (end func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fences[p] = a
	return func() {
		disown()
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.fences[p] == a {
			delete(s.fences, p)
		}
	}
}

// FenceOf returns the fence of what the process that ctx carries acts for: a name of the
// cluster or a singleton, from its first instruction on. It reports false if there is none, or none any more. What the
// process writes elsewhere should carry it, see package directory.
func FenceOf(ctx context.Context) (directory.Fence, bool) {
	p, ok := runtime.FromContext(ctx)
	if !ok {
		return 0, false
	}
	c := Of(p.Runtime())
	if c == nil {
		return 0, false
	}
	s := c.session.Load()
	if s == nil || !s.Open() {
		return 0, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if a, ok := s.fences[p.PID()]; ok {
		return a.fence, true
	}
	a := s.fences[p.Parent()]
	return a.fence, a.starts
}

// extend moves the deadline on after a renewal that was sent at a moment. A renewal
// whose answer comes after the deadline does not open the gate again.
func (s *Session) extend(sent, wall time.Duration) bool {
	old := s.gate.Load()
	if now, _ := s.clock.Now(); old == nil || now >= old.lostAt {
		return false
	}
	return s.gate.CompareAndSwap(old, permitFrom(sent, wall, s.ttl))
}

// lose shuts the gate for good and kills what was owned. Only the first cause counts.
func (s *Session) lose(cause error) {
	s.gate.Store(nil)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return
	}
	for o := range s.owned {
		guarded.Call(o.kill)
	}
	clear(s.owned)
	s.end(cause)
}

// Claim claims keys, each by itself, and returns who holds each of them: this session,
// if [Session.Holds] says so. The value of a claim must be different from that of every
// other claim of the key. An unknown outcome is cleared up before Claim returns; if ctx
// ends first, what was claimed is released later. It returns ErrLate or an error that
// is [directory.ErrSessionLost].
func (s *Session) Claim(ctx context.Context, claims ...directory.Claim) ([]directory.Entry, error) {
	switch s.State() {
	case Late:
		return nil, ErrLate
	case Lost:
		return nil, directory.ErrSessionLost
	}
	ctx, cancel := s.bound(ctx)
	defer cancel()
	try, cancelTry := context.WithTimeout(ctx, s.ttl/4)
	held, err := s.session.Claim(try, claims...)
	cancelTry()
	if errors.Is(err, directory.ErrUnknown) {
		held, err = s.clearUp(ctx, claims)
	}
	if err != nil {
		if errors.Is(err, directory.ErrUnknown) {
			s.abandon(claims)
		}
		return nil, fmt.Errorf("cluster: claim %s: %w", claims[0].Key, err)
	}
	if s.State() == Lost {
		return nil, directory.ErrSessionLost
	}
	return held, nil
}

// Holds reports whether e is what this session got for a claim.
func (s *Session) Holds(e directory.Entry, c directory.Claim) bool {
	return e.Owner == s.ID() && e.Key == c.Key && bytes.Equal(e.Value, c.Value)
}

// bound returns ctx bounded by the life of the session.
func (s *Session) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(s.ctx, func() { cancel(directory.ErrSessionLost) })
	return ctx, func() {
		stop()
		cancel(nil)
	}
}

// clearUp finds out what became of claims whose outcome is unknown.
func (s *Session) clearUp(ctx context.Context, claims []directory.Claim) ([]directory.Entry, error) {
	if err := s.retry(ctx, s.session.Settle); err != nil {
		return nil, err
	}
	held := make([]directory.Entry, len(claims))
	for i, c := range claims {
		err := s.retry(ctx, func(ctx context.Context) (err error) {
			held[i], err = s.dir.Get(ctx, c.Key)
			if errors.Is(err, directory.ErrNotFound) {
				held[i], err = directory.Entry{Key: c.Key}, nil
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return held, nil
}

// retry tries until there is an outcome: success, or the end of the session or of ctx.
func (s *Session) retry(ctx context.Context, do func(context.Context) error) error {
	for {
		try, cancel := context.WithTimeout(ctx, s.ttl/4)
		err := do(try)
		cancel()
		switch {
		case err == nil, errors.Is(err, directory.ErrSessionLost):
			return err
		case s.State() == Lost:
			return directory.ErrSessionLost
		case ctx.Err() != nil:
			return errors.Join(directory.ErrUnknown, context.Cause(ctx))
		}
		s.pause(ctx)
	}
}

// pause waits a little between two tries.
func (s *Session) pause(ctx context.Context) {
	c, stop := s.clock.Timer(s.ttl / 40)
	defer stop()
	select {
	case <-c:
	case <-ctx.Done():
	}
}

// abandon releases what claims got whose caller has left before their outcome was
// known.
func (s *Session) abandon(claims []directory.Claim) {
	s.spawn(func() {
		held, err := s.clearUp(s.ctx, claims)
		if err != nil {
			return // the session is lost, and all that it held with it
		}
		var ours []directory.Entry
		for i, e := range held {
			if s.Holds(e, claims[i]) {
				ours = append(ours, e)
			}
		}
		_ = s.Release(s.ctx, ours...)
	})
}

// spawn runs f, which ends when the session does at the latest. The keeper waits for it.
func (s *Session) spawn(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() == nil {
		s.wg.Go(f)
	}
}

// Doubt has the session looked after, because a watch showed that a key that it holds,
// and has not released, is gone or in other hands. If that is so the session is lost.
func (s *Session) Doubt(e directory.Entry) {
	s.spawn(func() {
		var now directory.Entry
		err := s.retry(s.ctx, func(ctx context.Context) (err error) {
			now, err = s.dir.Get(ctx, e.Key)
			if errors.Is(err, directory.ErrNotFound) {
				now, err = directory.Entry{}, nil
			}
			return err
		})
		if err == nil && (now.Owner != e.Owner || now.Fence < e.Fence) {
			s.lose(fmt.Errorf("key %s is gone: %w", e.Key, directory.ErrSessionLost))
		}
	})
}

// Release gives up keys that the session holds with these fences. It tries until it is
// done, or the session has ended.
func (s *Session) Release(ctx context.Context, entries ...directory.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	ctx, cancel := s.bound(ctx)
	defer cancel()
	return s.retry(ctx, func(ctx context.Context) error { return s.session.Release(ctx, entries...) })
}
