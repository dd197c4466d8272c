package task

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// Supervisor returns the spec of a child that is a supervisor of tasks, for [AsyncUnder]:
// they stop when it stops, each given DefaultShutdown, and are seen in its tree.
// Source: Elixir, Task.Supervisor.
func Supervisor(id string) supervisor.ChildSpec {
	return supervisor.Child(id, supervisor.Spec{Name: id, Strategy: supervisor.Dynamic})
}

// AsyncUnder is [AsyncNoLink] of a task that is a child of a [Supervisor], or of another
// Dynamic supervisor without a template, on this node: it goes on when its owner or ctx ends,
// and ends with the supervisor. If that refuses it, Await tells why.
func AsyncUnder[T any](ctx context.Context, sup genserver.Ref, f Func[T]) *Task[T] {
	return startBy(ctx, f, life{}, func(_ *runtime.Context, body runtime.Body) (pid.PID, error) {
		return supervisor.StartChild(ctx, sup, supervisor.ChildSpec{
			ID: "task", Restart: supervisor.Temporary, Start: supervisor.Body(body),
		})
	})
}
