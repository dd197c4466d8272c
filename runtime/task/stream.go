package task

import (
	"context"
	"iter"
	goruntime "runtime"
	"slices"
	"time"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// StreamOptions says how a stream goes. The zero value is fine.
type StreamOptions struct {
	// Max is how many items may be worked on, or wait to be looked at, at a
	// time. 0 means runtime.GOMAXPROCS.
	Max int
	// Unordered gives results as they come. Otherwise they come in the order of
	// the items.
	Unordered bool
	// Timeout is how long one item may take. Then its process is killed and
	// its error is context.DeadlineExceeded. 0 means for ever.
	Timeout time.Duration
}

// StreamResult is what came of one item.
type StreamResult[In, Out any] struct {
	Index int // of the item, from 0
	In    In
	Value Out
	Err   error // as that of [Task.Await]
}

// Stream calls f with every item of in, each in a process of its own, a bounded
// number at a time, and gives the results. Items are taken as they are needed, so in
// may be endless. For a slice, in is slices.Values of it.
//
// An item that fails has an error; the other items go on. When the loop over the results
// ends, the stream stops: the items that are being worked on are killed, and have ended when
// the loop has. The same happens when ctx, which carries a process, ends: the last result is
// then that of the first item that was not finished, or not begun, with the cause of ctx as
// its error.
func Stream[In, Out any](
	ctx context.Context, in iter.Seq[In], f func(ctx *runtime.Context, in In) (Out, error), opts StreamOptions,
) iter.Seq[StreamResult[In, Out]] {
	if opts.Max <= 0 {
		opts.Max = goruntime.GOMAXPROCS(0)
	}
	return func(yield func(StreamResult[In, Out]) bool) {
		next, stop := iter.Pull(in)
		defer stop()
		ctx, cancel := context.WithCancel(ctx)
		s := &stream[In, Out]{ctx: ctx, next: next, f: f, opts: opts, done: make(chan *item[In, Out], opts.Max)}
		defer s.abandon()
		defer cancel()
		s.run(yield)
	}
}

// stream is a stream that runs, in the goroutine that looks at the results.
type stream[In, Out any] struct {
	ctx  context.Context
	next func() (In, bool)
	f    func(ctx *runtime.Context, in In) (Out, error)
	opts StreamOptions

	begun   int
	drained bool                // in has no more items
	working []*item[In, Out]    // in the order of the items
	done    chan *item[In, Out] // capacity Max; those that have ended, if unordered
}

// item is an item that is worked on.
type item[In, Out any] struct {
	index  int
	in     In
	task   *Task[Out]
	cancel context.CancelFunc
}

func (s *stream[In, Out]) run(yield func(StreamResult[In, Out]) bool) {
	for {
		s.fill()
		r, ok := s.take()
		if !ok || !yield(r) || s.cutOff(r.Err) {
			return
		}
	}
}

// cutOff reports whether err is that of an item which the end of the stream's
// context has ended: no other result follows.
func (s *stream[In, Out]) cutOff(err error) bool {
	return s.ctx.Err() != nil && err == context.Cause(s.ctx)
}

// fill begins items until there are as many as there may be. When the context has
// ended it still begins the first that is left, to have an error for it.
func (s *stream[In, Out]) fill() {
	for !s.drained && len(s.working) < s.opts.Max && (s.ctx.Err() == nil || len(s.working) == 0) {
		in, ok := s.next()
		if !ok {
			s.drained = true
			return
		}
		s.begin(in)
	}
}

func (s *stream[In, Out]) begin(in In) {
	ctx, cancel := s.ctx, context.CancelFunc(func() {})
	if s.opts.Timeout > 0 {
		ctx, cancel = context.WithTimeout(ctx, s.opts.Timeout)
	}
	it := &item[In, Out]{index: s.begun, in: in, cancel: cancel}
	s.begun++
	it.task = start(ctx, func(ctx *runtime.Context) (Out, error) { return s.f(ctx, in) }, life{bound: true, end: signal.Kill})
	s.working = append(s.working, it)
	if s.opts.Unordered {
		go func() { // ends with the item, which ends with ctx
			_, _ = it.task.Await(context.Background())
			s.done <- it
		}()
	}
}

// take waits for the next result. It reports false if there is none.
func (s *stream[In, Out]) take() (r StreamResult[In, Out], ok bool) {
	if len(s.working) == 0 {
		return r, false
	}
	it := s.working[0]
	if s.opts.Unordered {
		it = <-s.done
	}
	value, err := it.task.Await(context.Background()) // ends with the item, which ends with ctx
	s.working = slices.DeleteFunc(s.working, func(w *item[In, Out]) bool { return w == it })
	it.cancel()
	return StreamResult[In, Out]{it.index, it.in, value, err}, true
}

// abandon waits for the items that are still worked on, which the end of the
// context has killed.
func (s *stream[In, Out]) abandon() {
	for _, it := range s.working {
		_, _ = it.task.Await(context.Background())
		it.cancel()
	}
}
