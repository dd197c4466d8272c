package cluster

import (
	"log/slog"
	"slices"
	"strings"
	"sync"

	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/remote/internal/journal"
)

// members is who is a member. Beside it stands who cannot be reached: the two come from
// different sources and are never mixed.
type members struct {
	prefix string
	log    *journal.Journal
	events *events

	mu          sync.Mutex
	of          map[string]*Member  // guarded by mu; by name. Maps have free slots: of pointers they are small
	unreachable map[string]struct{} // guarded by mu; names
}

func newMembers(prefix string, log *journal.Journal, e *events) *members {
	return &members{
		prefix: prefix, log: log, events: e,
		of: make(map[string]*Member), unreachable: make(map[string]struct{}),
	}
}

// all returns the members, by name.
func (m *members) all() []Member {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.allLocked()
}

func (m *members) allLocked() []Member {
	all := make([]Member, 0, len(m.of))
	for _, one := range m.of {
		all = append(all, *one)
	}
	slices.SortFunc(all, func(a, b Member) int { return strings.Compare(a.Node, b.Node) })
	return all
}

func (m *members) get(node string) (Member, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if one, ok := m.of[node]; ok {
		return *one, true
	}
	return Member{}, false
}

// apply takes changes of the directory.
func (m *members) apply(changes []directory.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range changes {
		if c.Freed {
			m.leaveLocked(strings.TrimPrefix(c.Entry.Key, m.prefix))
			continue
		}
		one, err := decodeMember(m.prefix, c.Entry)
		if err != nil {
			m.log.Error("cluster: a member describes itself in a way that is not understood", slog.String("key", c.Entry.Key), slog.Any("error", err))
			continue
		}
		m.putLocked(one)
	}
}

func (m *members) leaveLocked(node string) {
	if old, ok := m.of[node]; ok {
		delete(m.of, node)
		delete(m.unreachable, node)
		m.events.tell(Left{*old})
	}
}

// putLocked takes a member's description. One of another start takes the place of the
// one before, who has left by that.
func (m *members) putLocked(now Member) {
	old, ok := m.of[now.Node]
	switch {
	case ok && old.equal(now):
		return
	case ok && (old.Creation != now.Creation || old.Session != now.Session):
		m.leaveLocked(now.Node)
	}
	m.of[now.Node] = &now
	if now.Leaving {
		m.events.tell(Leaving{now})
	} else {
		m.events.tell(Joined{now})
	}
}

// found takes a member of a cluster without a directory. It never leaves.
func (m *members) found(one Member) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.putLocked(one)
}

// reach notes whether a node can be reached.
func (m *members) reach(node string, can bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.of[node]; !ok {
		return
	}
	_, cannot := m.unreachable[node]
	switch {
	case can && cannot:
		delete(m.unreachable, node)
		m.events.tell(Reachable{node})
	case !can && !cannot:
		m.unreachable[node] = struct{}{}
		m.events.tell(Unreachable{node})
	}
}

// reachable reports whether a node is not known to be out of reach.
func (m *members) reachable(node string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, cannot := m.unreachable[node]
	return !cannot
}
