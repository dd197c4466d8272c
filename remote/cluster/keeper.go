package cluster

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/remote/internal/journal"
)

// errOverdue is why a session is lost that could not be renewed in time.
var errOverdue = errors.New("not renewed in time")

// keeper keeps one session after another open with the directory. Drivers make single
// tries; when to try and when to give up is decided here.
type keeper struct {
	dir   directory.Directory
	clock Clock
	ttl   time.Duration
	log   *journal.Journal
	// enter makes a new session that of a member; it returns an error if the session
	// is to be given up.
	enter func(context.Context, *Session) error
	// changed is called when the session has become another one, or its state has
	// changed.
	changed func(*Session, State)

	wg sync.WaitGroup // what closes lost sessions; run waits for it
}

// run keeps sessions until ctx ends, and closes the last one.
func (k *keeper) run(ctx context.Context) {
	defer k.wg.Wait()
	for ctx.Err() == nil {
		if s := k.open(ctx); s != nil {
			k.keep(ctx, s)
		}
	}
}

// open opens a session, with as many tries as it takes. It returns nil if ctx ends.
func (k *keeper) open(ctx context.Context) *Session {
	for ctx.Err() == nil {
		sent, wall := k.clock.Now()
		try, cancel := context.WithTimeout(ctx, k.ttl/4)
		d, err := k.dir.Open(try, k.ttl)
		cancel()
		if err == nil {
			s := newSession(d, k.dir, k.clock, k.ttl)
			s.gate.Store(permitFrom(sent, wall, k.ttl))
			return s
		}
		k.log.Debug("cluster: open a session", slog.Any("error", err))
		k.sleep(ctx, k.ttl/10)
	}
	return nil
}

// sleep waits for d, or until ctx ends.
func (k *keeper) sleep(ctx context.Context, d time.Duration) {
	c, stop := k.clock.Timer(d)
	defer stop()
	select {
	case <-c:
	case <-ctx.Done():
	}
}

// keep renews a session until it is lost or ctx ends.
func (k *keeper) keep(ctx context.Context, s *Session) {
	entered := make(chan error, 1)
	enterCtx, cancel := s.bound(ctx)
	s.spawn(func() { entered <- k.enter(enterCtx, s) }) // also ended by cancel
	cause := k.renewWhile(ctx, s, entered)
	cancel()
	s.lose(cause)
	k.changed(s, Lost)
	k.wg.Go(func() { k.revoke(ctx, s) })
	s.wg.Wait()
}

// revoke closes the session with the directory, so that what it held is free at once. While
// the directory cannot be reached it goes on: an engine that comes back lets the time of
// sessions begin anew, and this node would wait for its own. When ctx ends it tries once.
func (k *keeper) revoke(ctx context.Context, s *Session) {
	for !k.tryRevoke(s) && ctx.Err() == nil {
		k.sleep(ctx, k.ttl/10)
	}
}

func (k *keeper) tryRevoke(s *Session) (done bool) {
	ctx, cancel := context.WithTimeout(context.Background(), k.ttl/4)
	defer cancel()
	err := s.session.Close(ctx)
	if err != nil {
		k.log.Debug("cluster: close a session", slog.Any("error", err))
	}
	return err == nil
}

// renewWhile renews until the session is lost or given up, and returns why.
func (k *keeper) renewWhile(ctx context.Context, s *Session, entered <-chan error) error {
	tick := ticks{last: k.now()}
	tick.due = tick.last + k.ttl/5
	state := Good
	for {
		c, stop := k.clock.Timer(max(tick.due-k.now(), 0))
		var err error
		select {
		case <-c:
			err = k.renew(ctx, s, &tick)
		case <-s.urge: // often, while the gate is shut: not more often than tries may be
			tick.due = min(tick.due, tick.last+k.ttl/40)
		case err = <-entered:
		case <-s.Lost():
			err = s.Cause()
		case <-ctx.Done():
			err = ErrClosed
		}
		stop()
		if err != nil {
			return err
		}
		if now := s.State(); now != state && now != Lost {
			state = now
			k.changed(s, state)
		}
	}
}

// ticks is when the last try was and when the next one is due.
type ticks struct{ last, due time.Duration }

func (k *keeper) now() time.Duration {
	now, _ := k.clock.Now()
	return now
}

// renew makes one try and sets when the next is due. It returns an error if the session
// is lost.
func (k *keeper) renew(ctx context.Context, s *Session, tick *ticks) error {
	sent, wall := k.clock.Now()
	p := s.gate.Load()
	if p == nil || sent >= p.lostAt {
		return errOverdue
	}
	try, cancel := context.WithTimeout(ctx, min(k.ttl/8, p.lostAt-sent))
	_, err := s.session.Renew(try)
	cancel()
	tick.last = sent
	switch {
	case errors.Is(err, directory.ErrSessionLost):
		return err
	case err == nil && !s.extend(sent, wall):
		return errOverdue
	case err == nil:
		tick.due = sent + k.ttl/5
	default: // the driver goes to its next endpoint; the pause is for errors that come at once
		tick.due = min(sent+k.ttl/40, p.lostAt)
	}
	return nil
}
