package task

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// Func is what a task does, in a process whose Context it gets.
type Func[T any] func(ctx *runtime.Context) (T, error)

// Task is a function that runs in a process of its own. All goroutines may share
// it. It comes from [Async] or [AsyncNoLink].
type Task[T any] struct {
	owner   *runtime.Context
	process runtime.ProcessHandle
	life    life
	bound   context.Context // the task ends with it; nil: with nothing
	unbind  func() bool

	returned atomic.Pointer[outcome[T]] // written by the task, unless it has ended
	settle   sync.Once                  // guards result: it never changes
	result   outcome[T]
}

// outcome is what came of a task.
type outcome[T any] struct {
	value T
	err   error
}

// Error tells that a task has ended without a result.
type Error struct {
	PID    pid.PID
	Reason signal.ExitReason // why; [errors.Is] finds it
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("task %s: %v", e.PID, e.Reason) }

// Unwrap returns Reason.
func (e *Error) Unwrap() error { return e.Reason }

// Async starts a task. Its owner is the process that ctx carries, and they are
// linked: if the task fails, its owner gets an exit signal. The task gets one, of
// reason shutdown, when ctx ends, and so when the owner does, for whatever reason.
// If ctx has ended, or there is no process, there is no task: Await tells why.
func Async[T any](ctx context.Context, f Func[T]) *Task[T] {
	return start(ctx, f, life{link: true, bound: true, end: signal.Shutdown})
}

// AsyncNoLink is [Async] of a task that goes on when ctx or its owner ends, and
// that harms nobody when it fails.
func AsyncNoLink[T any](ctx context.Context, f Func[T]) *Task[T] {
	return start(ctx, f, life{})
}

// life says how a task is tied to others.
type life struct {
	link  bool              // it takes its owner with it when it fails
	bound bool              // it ends with the context
	end   signal.ExitReason // what it then gets
}

// endsWith returns the exit reason of a task that has ended with its context.
func (l life) endsWith() signal.ExitReason {
	if l.end == signal.Kill {
		return signal.Killed
	}
	return l.end
}

func start[T any](ctx context.Context, f Func[T], l life) *Task[T] {
	return startBy(ctx, f, l, func(c *runtime.Context, body runtime.Body) (pid.PID, error) {
		p, _, err := c.SpawnOpt(runtime.SpawnOptions{Link: l.link}, body)
		return p, err
	})
}

// startBy is start that lets spawn start the process.
func startBy[T any](
	ctx context.Context, f Func[T], l life, spawn func(c *runtime.Context, body runtime.Body) (pid.PID, error),
) *Task[T] {
	t := &Task[T]{life: l}
	c, ok := runtime.FromContext(ctx)
	if !ok {
		return t.never(runtime.ErrNotInProcess)
	}
	t.owner = c
	if l.bound && ctx.Err() != nil {
		return t.never(context.Cause(ctx))
	}
	carries := runtime.Carrying(ctx)
	ready := make(chan struct{}) // closed here, when the task may begin, or is to end
	begins := false              // set before ready is closed
	p, err := spawn(c, func(ctx *runtime.Context) error {
		if <-ready; !begins {
			return nil
		}
		ctx.CarryOn(carries)
		return t.run(ctx, observed(carries, f))
	})
	defer close(ready)
	if err != nil {
		return t.never(err) // a supervisor may have started it, and its owner has not waited for that
	}
	begins = true
	t.unbind = func() bool { return true }
	if t.process, ok = c.Runtime().Process(p); !ok {
		return t.never(&Error{p, signal.NoProc}) // ended by others before it began
	}
	if l.bound {
		t.bound = ctx
		t.unbind = context.AfterFunc(ctx, func() { t.end(p, l.end) })
	}
	return t
}

// never settles a task that does not begin.
func (t *Task[T]) never(err error) *Task[T] {
	t.settle.Do(func() { t.result.err = err })
	return t
}

// run is the task's body. A result means that the task does not fail: then the link
// goes, so that an owner who traps exits hears nothing of it.
func (t *Task[T]) run(ctx *runtime.Context, f Func[T]) error {
	defer t.unbind()
	if ctx.Err() != nil {
		return nil // ended before it began
	}
	value, err := f(ctx)
	if ctx.Err() != nil {
		return nil // too late: it has got an exit signal, which is the reason
	}
	t.returned.Store(&outcome[T]{value, err})
	if t.life.link {
		_ = ctx.Unlink(t.owner.PID()) // fails only if either has ended
	}
	return nil
}

// end takes the link away and sends the task an exit signal.
func (t *Task[T]) end(p pid.PID, reason signal.ExitReason) {
	_ = t.owner.Unlink(p) // fails if the owner has ended, which is as good
	_ = t.owner.Runtime().Exit(p, reason)
}

// PID returns the address of the task's process, zero if it could not be started.
func (t *Task[T]) PID() pid.PID {
	if t.process == (runtime.ProcessHandle{}) {
		return pid.PID{}
	}
	return t.process.PID()
}

// Await waits until the task has ended, and returns what its function returned. If
// the task has failed the error is an [*Error], or the cause of the context that
// ended it. If ctx ends first Await returns its cause and the task goes on: it may
// be awaited again, by many at once, always with the same result. ctx need not be a
// process's.
func (t *Task[T]) Await(ctx context.Context) (T, error) {
	if t.process != (runtime.ProcessHandle{}) {
		reason, err := t.process.Wait(ctx)
		if err != nil {
			var none T
			return none, err
		}
		t.settle.Do(func() { t.result = t.outcome(reason) })
	}
	return t.result.value, t.result.err
}

// outcome returns what came of a task that has ended.
func (t *Task[T]) outcome(reason signal.ExitReason) outcome[T] {
	t.unbind()
	if returned := t.returned.Load(); returned != nil {
		return *returned
	}
	if t.bound != nil && t.bound.Err() != nil && reason == t.life.endsWith() {
		return outcome[T]{err: context.Cause(t.bound)}
	}
	return outcome[T]{err: &Error{t.process.PID(), reason}}
}

// Poll is [Task.Await] without waiting: it reports false if the task has not ended.
func (t *Task[T]) Poll() (value T, ended bool, err error) {
	if t.process != (runtime.ProcessHandle{}) {
		if _, dead := t.process.ExitReason(); !dead {
			return value, false, nil
		}
	}
	value, err = t.Await(context.Background())
	return value, true, err
}

// Stop ends the task with an exit signal of reason shutdown, which does not reach
// its owner, and waits until it has ended or ctx ends, whose cause it then returns.
// If the task has ended already, nothing happens.
func (t *Task[T]) Stop(ctx context.Context) error {
	if t.process == (runtime.ProcessHandle{}) {
		return nil
	}
	t.end(t.process.PID(), signal.Shutdown)
	_, err := t.process.Wait(ctx)
	return err
}
