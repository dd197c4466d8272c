package group

import (
	"maps"
	"slices"
	"sync"

	"github.com/starlang-go/starlang/pid"
)

// members of a group. Its slices are replaced and never changed.
type members struct{ all, local []pid.PID }

// table is who is in which group, for readers. Only the scope's server changes it.
type table struct {
	mu sync.RWMutex
	of map[string]members // guarded by mu; Invariant: no group is empty
}

func newTable() *table { return &table{of: make(map[string]members)} }

func (t *table) get(group string) members {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.of[group]
}

func (t *table) groups() []string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return slices.Sorted(maps.Keys(t.of))
}

// put adds memberships, or, if n is negative, takes them away.
func (t *table) put(group string, p pid.PID, local bool, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := t.of[group]
	m.all = times(m.all, p, n)
	if local {
		m.local = times(m.local, p, n)
	}
	if len(m.all) == 0 {
		delete(t.of, group)
		return
	}
	t.of[group] = m
}

// times returns a copy of list with n more of p, or with -n less of it.
func times(list []pid.PID, p pid.PID, n int) []pid.PID {
	grown := make([]pid.PID, 0, max(len(list)+n, 0))
	for _, q := range list {
		if q == p && n < 0 {
			n++
			continue
		}
		grown = append(grown, q)
	}
	for range n {
		grown = append(grown, p)
	}
	return grown
}
