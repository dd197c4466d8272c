// Package mirror keeps a copy of a part of a directory.
package mirror

import (
	"context"
	"errors"
	"time"

	"github.com/starlang-go/starlang/remote/cluster/directory"
)

// Run calls apply with what changes below prefix, in order, until ctx ends: first with
// all that is there, also if that is nothing. What has gone unseen, because history was
// compacted or the directory could not be reached, comes as the difference. pause is
// the time between two tries to list.
func Run(ctx context.Context, d directory.Directory, prefix string, pause time.Duration, apply func([]directory.Event)) {
	m := mirror{dir: d, prefix: prefix, known: make(map[string]directory.Fence), apply: apply}
	for ctx.Err() == nil {
		try, cancel := context.WithTimeout(ctx, 4*pause)
		at, err := m.list(try)
		cancel()
		if err == nil {
			err = m.watch(ctx, at)
		}
		if !errors.Is(err, directory.ErrCompacted) {
			wait(ctx, pause)
		}
	}
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// mirror knows which keys are held, and by which claim.
type mirror struct {
	dir    directory.Directory
	prefix string
	known  map[string]directory.Fence
	apply  func([]directory.Event)
}

// list reads all and applies the difference.
func (m *mirror) list(ctx context.Context) (directory.Revision, error) {
	entries, at, err := m.dir.List(ctx, m.prefix)
	if err != nil {
		return 0, err
	}
	var events []directory.Event
	there := make(map[string]bool, len(entries))
	for _, e := range entries {
		there[e.Key] = true
		if m.known[e.Key] != e.Fence {
			events = append(events, directory.Event{Entry: e})
		}
	}
	for key := range m.known {
		if !there[key] {
			events = append(events, directory.Event{Entry: directory.Entry{Key: key}, Freed: true})
		}
	}
	m.take(events)
	return at, nil
}

// watch applies changes until the watch ends, and returns why.
func (m *mirror) watch(ctx context.Context, after directory.Revision) error {
	for batch, err := range m.dir.Watch(ctx, m.prefix, after) {
		if err != nil {
			return err
		}
		if len(batch.Events) > 0 {
			m.take(batch.Events)
		}
	}
	return ctx.Err()
}

func (m *mirror) take(events []directory.Event) {
	for _, e := range events {
		if e.Freed {
			delete(m.known, e.Entry.Key)
		} else {
			m.known[e.Entry.Key] = e.Entry.Fence
		}
	}
	m.apply(events)
}
