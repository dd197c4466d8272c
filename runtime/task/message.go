package task

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// Result is the message by which a task that [AsyncMessage] has started tells its owner
// what it came to: for a server it is a case of HandleInfo, Elixir's {ref, result} and its
// {'DOWN', ref, …} in one. It is handed over, not copied.
type Result[T any] struct {
	Ref   pid.Ref // which of the owner's tasks
	Value T
	Err   error // as that of [Task.Await]
}

// ImmutableTerm marks a Result as free to share: nobody else has it.
func (Result[T]) ImmutableTerm() {}

// AsyncMessage starts a task whose end its owner, the process that ctx carries, gets as a
// message: one [Result] with the returned Ref, whatever becomes of the task, also into a
// mailbox that is full. A server so can wait for many and go on meanwhile. The task ends
// with its owner, not with ctx, which may be that of a request; a failure of it harms nobody.
// The error says why there is no task and no message; it may be awaited and stopped as any
// other task.
func AsyncMessage[T any](ctx context.Context, f Func[T]) (*Task[T], pid.Ref, error) {
	owner, ok := runtime.FromContext(ctx)
	if !ok {
		return nil, pid.Ref{}, runtime.ErrNotInProcess
	}
	t := start(owner, f, life{bound: true, end: signal.Shutdown})
	if t.process == (runtime.ProcessHandle{}) {
		return nil, pid.Ref{}, t.result.err
	}
	ref := owner.Runtime().Node().NextRef()
	go func() { // ends with the task, which ends with its owner, or is killed when that takes too long
		value, err := t.Await(context.Background())
		_, _ = owner.SendAfter(owner.PID(), 0, Result[T]{ref, value, err}) // fails only if the owner has ended
	}()
	return t, ref, nil
}
