// Package guarded calls the drivers of directories, which are code of the program, so that
// whatever one does costs one try: a panic, an end of its goroutine and a call that does not
// end with its ctx are errors like a lost line.
package guarded

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/remote/internal/guard"
)

// maxHungCalls is how many calls of a driver may go on after their ctx has ended. A node has
// some dozens under way when its line is cut; a driver that has this many left behind does
// not end them at all, and is asked no more until some have ended.
const maxHungCalls = 1000

// Directory is a directory whose driver is guarded.
type Directory struct {
	driver directory.Directory
	hung   guard.Hung
}

var _ directory.Directory = (*Directory)(nil)

// New returns d, guarded.
func New(d directory.Directory) *Directory { return &Directory{driver: d} }

// call makes one call of the driver. What the driver did not say itself is unknown.
func call[T any](ctx context.Context, d *Directory, f func() (T, error)) (T, error) {
	type answer struct {
		v   T
		err error
	}
	a, err := guard.Run(ctx, &d.hung, maxHungCalls, func() (answer, error) {
		v, err := f()
		return answer{v, err}, nil
	}, nil)
	if err != nil {
		return a.v, fmt.Errorf("%w: %w", directory.ErrUnknown, err)
	}
	return a.v, a.err
}

// Open implements [directory.Directory].
func (d *Directory) Open(ctx context.Context, ttl time.Duration) (directory.Session, error) {
	return call(ctx, d, func() (directory.Session, error) {
		s, err := d.driver.Open(ctx, ttl)
		if err != nil {
			return nil, err
		}
		return &session{d: d, driver: s, id: s.ID()}, nil
	})
}

// Get implements [directory.Directory].
func (d *Directory) Get(ctx context.Context, key string) (directory.Entry, error) {
	return call(ctx, d, func() (directory.Entry, error) { return d.driver.Get(ctx, key) })
}

// List implements [directory.Directory].
func (d *Directory) List(ctx context.Context, prefix string) ([]directory.Entry, directory.Revision, error) {
	type list struct {
		entries []directory.Entry
		at      directory.Revision
	}
	l, err := call(ctx, d, func() (l list, err error) {
		l.entries, l.at, err = d.driver.List(ctx, prefix)
		return l, err
	})
	return l.entries, l.at, err
}

// Watch implements [directory.Directory].
func (d *Directory) Watch(ctx context.Context, prefix string, after directory.Revision) iter.Seq2[directory.Batch, error] {
	return func(yield func(directory.Batch, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		seen := make(chan observed)
		go d.watch(ctx, prefix, after, seen) // ends when the driver does, which ctx tells to
		for {
			select {
			case o, ok := <-seen:
				if !ok || !yield(o.batch, o.err) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}

// observed is what a watch brings.
type observed struct {
	batch directory.Batch
	err   error
}

// watch runs the driver's watch, and closes seen when it has ended.
func (d *Directory) watch(ctx context.Context, prefix string, after directory.Revision, seen chan<- observed) {
	defer close(seen)
	err := fmt.Errorf("%w: %w", directory.ErrUnknown, guard.ErrEnded)
	defer func() {
		if err != nil {
			show(ctx, seen, observed{err: err})
		}
	}()
	defer guard.Catch(&err)
	for batch, failed := range d.driver.Watch(ctx, prefix, after) {
		if !show(ctx, seen, observed{batch, failed}) {
			break
		}
	}
	err = nil
}

func show(ctx context.Context, seen chan<- observed, o observed) bool {
	select {
	case seen <- o:
		return true
	case <-ctx.Done():
		return false
	}
}

// Call calls f, which must not wait, in a goroutine of its own, so that neither a panic nor
// an end of the goroutine keeps the caller from what it has to do.
func Call(f func()) {
	done := make(chan struct{})
	go func() { // ends with f; Call waits for it
		defer close(done)
		var err error
		defer guard.Catch(&err)
		f()
	}()
	<-done
}
