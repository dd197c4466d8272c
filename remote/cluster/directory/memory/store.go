package memory

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/starlang-go/starlang/remote/cluster/directory"
)

// Store is the engine: what all clients share. Make it with [New], within the bubble
// if there is one. All goroutines may share it.
type Store struct {
	mu        sync.Mutex
	revision  directory.Revision
	keys      map[string]directory.Entry
	sessions  map[directory.SessionID]*lease
	opened    uint64
	log       []change           // changes after compacted, in order
	compacted directory.Revision // changes up to here are gone from the log
	changed   chan struct{}      // closed at each change
	grace     func() time.Duration
}

// change is an event and when it happened.
type change struct {
	revision directory.Revision
	event    directory.Event
}

// lease is a session as the store knows it.
type lease struct {
	id    directory.SessionID
	ttl   time.Duration
	end   *time.Timer // stopped when the session is closed
	round uint64      // claims of an earlier round have no effect, see Settle
	turn  uint64      // guards against an end that fires while it is put off
}

// New returns an empty store. Sessions end as early as the contract allows.
func New() *Store {
	return &Store{
		keys:     make(map[string]directory.Entry),
		sessions: make(map[directory.SessionID]*lease),
		changed:  make(chan struct{}),
		grace:    func() time.Duration { return 0 },
	}
}

// SetGrace makes sessions end by what grace returns later than they may. It is called
// with the store locked. Source: etcd looks for leases that are over every 500 ms.
func (s *Store) SetGrace(grace func() time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grace = grace
}

// Restart does what a new leader of the engine does: the time of every session begins
// anew, and watches go on where they were.
func (s *Store) Restart() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.sessions {
		s.putOffLocked(l)
	}
	s.notifyLocked()
}

// Compact forgets all changes so far.
func (s *Store) Compact() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.compacted, s.log = s.revision, nil
}

// Sessions returns how many sessions there are.
func (s *Store) Sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sessions)
}

// Len returns how many keys are held.
func (s *Store) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.keys)
}

// Close ends all sessions and stops their timers.
func (s *Store) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.sessions {
		s.endLocked(l)
	}
}

func (s *Store) open(ttl time.Duration) *lease {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened++
	l := &lease{id: directory.SessionID(strconv.FormatUint(s.opened, 10)), ttl: ttl}
	s.sessions[l.id] = l
	s.putOffLocked(l)
	return l
}

// putOffLocked makes the session end when its time, from now, is over.
func (s *Store) putOffLocked(l *lease) {
	if l.end != nil {
		l.end.Stop()
	}
	l.turn++
	turn := l.turn
	l.end = time.AfterFunc(l.ttl+s.grace(), func() { // stopped by endLocked
		s.mu.Lock()
		defer s.mu.Unlock()
		if l.turn == turn {
			s.endLocked(l)
		}
	})
}

// endLocked ends a session and frees its keys in one revision.
func (s *Store) endLocked(l *lease) {
	l.turn++
	l.end.Stop()
	if s.sessions[l.id] != l {
		return
	}
	delete(s.sessions, l.id)
	var freed []directory.Event
	for key, e := range s.keys {
		if e.Owner == l.id {
			freed = append(freed, directory.Event{Entry: directory.Entry{Key: key}, Freed: true})
		}
	}
	slices.SortFunc(freed, func(a, b directory.Event) int { return strings.Compare(a.Entry.Key, b.Entry.Key) })
	s.commitLocked(freed)
}

func (s *Store) renew(id directory.SessionID) (time.Duration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.sessions[id]
	if !ok {
		return 0, directory.ErrSessionLost
	}
	s.putOffLocked(l)
	return l.ttl, nil
}

// Revoke ends a session, as an operator may.
func (s *Store) Revoke(id directory.SessionID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l, ok := s.sessions[id]; ok {
		s.endLocked(l)
	}
}

func (s *Store) settle(id directory.SessionID, round uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.sessions[id]
	if !ok {
		return directory.ErrSessionLost
	}
	l.round = max(l.round, round)
	return nil
}

// claim decides claims of a round of the session.
func (s *Store) claim(id directory.SessionID, round uint64, claims []directory.Claim) ([]directory.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.sessions[id]
	switch {
	case !ok:
		return nil, directory.ErrSessionLost
	case l.round != round:
		return nil, directory.ErrUnknown
	}
	held := make([]directory.Entry, len(claims))
	for i, c := range claims {
		held[i] = s.claimLocked(id, c)
	}
	return held, nil
}

// claimLocked gives the key to the session if it is free, or if it replaces its own.
func (s *Store) claimLocked(id directory.SessionID, c directory.Claim) directory.Entry {
	now, taken := s.keys[c.Key]
	now.Key = c.Key
	if taken && (now.Owner != id || now.Fence != c.Replace) || !taken && c.Replace != 0 {
		return now
	}
	e := directory.Entry{Key: c.Key, Value: slices.Clone(c.Value), Fence: directory.Fence(s.revision + 1), Owner: id}
	s.commitLocked([]directory.Event{{Entry: e}})
	return e
}

func (s *Store) release(id directory.SessionID, entries []directory.Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range entries {
		if now := s.keys[e.Key]; now.Owner == id && now.Fence == e.Fence {
			s.commitLocked([]directory.Event{{Entry: directory.Entry{Key: e.Key}, Freed: true}})
		}
	}
}

// commitLocked makes events happen in one revision.
func (s *Store) commitLocked(events []directory.Event) {
	if len(events) == 0 {
		return
	}
	s.revision++
	for _, e := range events {
		if e.Freed {
			delete(s.keys, e.Entry.Key)
		} else {
			s.keys[e.Entry.Key] = e.Entry
		}
		s.log = append(s.log, change{s.revision, e})
	}
	s.notifyLocked()
}

func (s *Store) notifyLocked() {
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Store) get(key string) (directory.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.keys[key]
	if !ok {
		return directory.Entry{}, directory.ErrNotFound
	}
	return e, nil
}

func (s *Store) list(prefix string) ([]directory.Entry, directory.Revision) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var entries []directory.Entry
	for key, e := range s.keys {
		if strings.HasPrefix(key, prefix) {
			entries = append(entries, e)
		}
	}
	slices.SortFunc(entries, func(a, b directory.Entry) int { return strings.Compare(a.Key, b.Key) })
	return entries, s.revision
}

// since returns the changes after a revision, or a channel that is closed when there
// may be some.
func (s *Store) since(prefix string, after directory.Revision) (directory.Batch, <-chan struct{}, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if after < s.compacted {
		return directory.Batch{}, nil, directory.ErrCompacted
	}
	first, _ := slices.BinarySearchFunc(s.log, after+1, func(c change, r directory.Revision) int {
		return int(c.revision) - int(r)
	})
	batch := directory.Batch{Revision: s.revision}
	for _, c := range s.log[first:] {
		if strings.HasPrefix(c.event.Entry.Key, prefix) {
			batch.Events = append(batch.Events, c.event)
		}
	}
	return batch, s.changed, nil
}
