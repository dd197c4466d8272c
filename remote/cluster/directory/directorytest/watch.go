package directorytest

import (
	"context"
	"fmt"

	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/remote/cluster/internal/check"
)

func (s suite) listIsAtItsRevision() {
	d, a, _ := s.open()
	s.claim(a, "/list/b", "2", 0)
	s.claim(a, "/list/a", "1", 0)
	s.claim(a, "/other", "", 0)
	entries, at, err := d.List(s.ctx(), "/list/")
	check.NoError(s.t, err)
	check.Equal(s.t, 2, len(entries))
	check.Equal(s.t, "/list/a", entries[0].Key)
	check.Equal(s.t, "2", string(entries[1].Value))
	next := s.claim(a, "/list/c", "3", 0)
	for batch, err := range d.Watch(s.ctx(), "/list/", at) {
		check.NoError(s.t, err)
		if len(batch.Events) > 0 {
			check.Equal(s.t, []directory.Event{{Entry: next}}, batch.Events)
			break
		}
	}
}

// changes makes n changes of one key and returns the fences of the claims.
func (s suite) changes(session directory.Session, key string, n int) (fences []directory.Fence) {
	var last directory.Fence
	for i := range n {
		e := s.claim(session, key, fmt.Sprint(i), last)
		last = e.Fence
		fences = append(fences, last)
	}
	return fences
}

// follow watches until it has seen the last of the fences, and returns all that it saw.
func (s suite) follow(d directory.Directory, prefix string, after directory.Revision, last directory.Fence, each func(n int)) (seen []directory.Fence) {
	for batch, err := range d.Watch(s.ctx(), prefix, after) {
		check.NoError(s.t, err)
		for _, e := range batch.Events {
			seen = append(seen, e.Entry.Fence)
		}
		each(len(seen))
		if len(seen) > 0 && seen[len(seen)-1] >= last {
			return seen
		}
	}
	s.t.Fatal("watch ended")
	return nil
}

func (s suite) watchHasNoGaps() {
	d, a, _ := s.open()
	_, at, err := d.List(s.ctx(), "/gaps/")
	check.NoError(s.t, err)
	want := s.changes(a, "/gaps/1", 50)
	seen := s.follow(d, "/gaps/", at, want[len(want)-1], func(int) {})
	check.Equal(s.t, want, seen)
}

func (s suite) watchGetsOverALostLine() {
	_, a, _ := s.open()
	watcher, line := s.engine.Client(s.t)
	_, at, err := watcher.List(s.ctx(), "/line/")
	check.NoError(s.t, err)
	want := s.changes(a, "/line/1", 10)
	cut := false
	var more []directory.Fence
	seen := s.follow(watcher, "/line/", at, want[9]+5, func(n int) {
		if n < 10 || cut {
			return
		}
		cut = true
		line.Cut()
		last := want[9]
		for i := range 5 {
			last = s.claim(a, "/line/1", fmt.Sprint("more", i), last).Fence
			more = append(more, last)
		}
		line.Heal()
	})
	check.Equal(s.t, append(want, more...), seen)
}

func (s suite) watchTellsOfCompaction() {
	d, a, _ := s.open()
	_, at, err := d.List(s.ctx(), "/compact/")
	check.NoError(s.t, err)
	s.changes(a, "/compact/1", 5)
	s.engine.Compact(s.t)
	for _, err := range d.Watch(s.ctx(), "/compact/", at) {
		check.ErrorIs(s.t, err, directory.ErrCompacted)
		return
	}
	s.t.Fatal("watch ended")
}

func (s suite) watchTellsOfExpiry() {
	d, _ := s.engine.Client(s.t)
	_, a, _ := s.open()
	held := s.claim(a, "/gone/1", "", 0)
	_, at, err := d.List(s.ctx(), "/gone/")
	check.NoError(s.t, err)
	ctx, cancel := context.WithCancel(s.ctx())
	defer cancel()
	for batch, err := range d.Watch(ctx, "/gone/", at) {
		check.NoError(s.t, err)
		if len(batch.Events) == 0 {
			continue
		}
		check.Equal(s.t, 1, len(batch.Events))
		check.True(s.t, batch.Events[0].Freed, "the key is freed")
		check.Equal(s.t, held.Key, batch.Events[0].Entry.Key)
		return
	}
	s.t.Fatal("watch ended")
}
