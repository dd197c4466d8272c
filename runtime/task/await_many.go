package task

import "context"

// Outcome is what one of several tasks came to.
type Outcome[T any] struct {
	Value T
	Err   error // as that of [Task.Await]
}

// AwaitMany waits for tasks and returns what they came to, in order. ctx bounds the
// wait for all of them together: those that have not ended when it ends have its
// cause as error, and go on.
func AwaitMany[T any](ctx context.Context, tasks ...*Task[T]) []Outcome[T] {
	outcomes := make([]Outcome[T], len(tasks))
	for i, t := range tasks {
		outcomes[i].Value, outcomes[i].Err = t.Await(ctx)
	}
	return outcomes
}
