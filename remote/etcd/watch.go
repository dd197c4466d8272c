package etcd

import (
	"context"
	"errors"
	"iter"
	"time"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/starlang-go/starlang/remote/cluster/directory"
)

// reopenAfter is the pause before a watch is opened anew that has failed at once.
const reopenAfter = 50 * time.Millisecond

// errStopped tells that the caller of a watch wants no more.
var errStopped = errors.New("etcd: watch is stopped")

// Watch implements [directory.Directory].
func (d *Directory) Watch(ctx context.Context, prefix string, after directory.Revision) iter.Seq2[directory.Batch, error] {
	return func(yield func(directory.Batch, error) bool) {
		w := watch{dir: d, prefix: prefix, after: int64(after), yield: yield}
		for ctx.Err() == nil {
			member := d.current.Load()
			err := w.follow(ctx, d.members[int(member)%len(d.members)])
			switch {
			case errors.Is(err, errStopped):
				return
			case errors.Is(err, directory.ErrCompacted):
				yield(directory.Batch{}, err)
				return
			}
			d.leave(member)
			pause(ctx, reopenAfter)
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// watch is a watch of one caller, over one member after the other.
type watch struct {
	dir    *Directory
	prefix string
	after  int64 // all changes up to here were yielded
	yield  func(directory.Batch, error) bool
}

// follow watches with one member until that fails or is silent for too long. Silence is
// counted from the last response; a sign of life is asked for twice in that time.
//
// A sign of life does not move after on: before etcd 3.4.25 it may overtake changes.
func (w *watch) follow(ctx context.Context, c *clientv3.Client) error {
	ctx, cancel := context.WithCancel(clientv3.WithRequireLeader(ctx))
	defer cancel() // ends the watch at the member
	responses := c.Watch(ctx, w.prefix, clientv3.WithPrefix(), clientv3.WithRev(w.after+1), clientv3.WithCreatedNotify())
	ask := time.NewTicker(w.dir.cfg.Silence / 2)
	defer ask.Stop()
	heard := time.Now()
	for {
		select {
		case r, ok := <-responses:
			if !ok {
				return ctx.Err()
			}
			if err := w.take(r); err != nil {
				return err
			}
			heard = time.Now()
		case <-ask.C:
			if time.Since(heard) >= w.dir.cfg.Silence {
				return context.DeadlineExceeded
			}
			go c.RequestProgress(ctx) // it may wait for a member that hangs; ends with ctx
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// take yields what a response brings.
func (w *watch) take(r clientv3.WatchResponse) error {
	switch {
	case r.CompactRevision != 0:
		return directory.ErrCompacted
	case r.Err() != nil:
		return r.Err()
	case len(r.Events) == 0:
		return nil
	}
	b := directory.Batch{Events: make([]directory.Event, len(r.Events))}
	for i, e := range r.Events {
		b.Revision = directory.Revision(e.Kv.ModRevision)
		if e.Type == mvccpb.Event_DELETE {
			b.Events[i] = directory.Event{Entry: directory.Entry{Key: string(e.Kv.Key)}, Freed: true}
		} else {
			b.Events[i] = directory.Event{Entry: entryOf(e.Kv)}
		}
	}
	if !w.yield(b, nil) {
		return errStopped
	}
	w.after = int64(b.Revision)
	return nil
}
