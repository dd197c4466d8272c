package callbacks_test

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/application"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/supervisor"
	"github.com/starlang-go/starlang/runtime/task"
)

func init() { maps.Copy(entries, trees) }

// trees are the callbacks of supervisors, applications and tasks.
var trees = map[string]entry{
	"runtime/supervisor.StartFunc": {attack: func(w *world, wrong func()) {
		go func() { // ends with the start; the test's end waits for it
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			_, _ = supervisor.Start(ctx, w.rt(), supervisor.Spec{Children: []supervisor.ChildSpec{{
				ID: "bad", Start: func(context.Context) (pid.PID, error) { wrong(); return pid.PID{}, nil },
			}}})
		}()
	}},
	"runtime/application.App.Root": {attack: func(_ *world, wrong func()) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_, _ = application.Start(ctx, application.Options{}, application.App{
			Name: "bad", Root: func(any) (supervisor.Spec, error) { wrong(); return supervisor.Spec{}, context.Canceled },
		})
	}},
	"runtime/task.Func": own(func(ctx *runtime.Context, wrong func()) {
		_, _ = task.Async(ctx, func(*runtime.Context) (int, error) { wrong(); return 1, nil }).Await(bounded(ctx))
	}),
	"runtime/task.Map(f)": own(func(ctx *runtime.Context, wrong func()) {
		_, _ = task.Map(bounded(ctx), []int{1}, 1, func(*runtime.Context, int) (int, error) { wrong(); return 1, nil })
	}),
	"runtime/task.Stream(f)": own(func(ctx *runtime.Context, wrong func()) {
		for range task.Stream(ctx, slices.Values([]int{1}), func(*runtime.Context, int) (int, error) { wrong(); return 1, nil }, task.StreamOptions{}) {
		}
	}),
	"runtime/task.Stream(in)": own(func(ctx *runtime.Context, wrong func()) {
		in := func(func(int) bool) { wrong() }
		for range task.Stream(ctx, in, func(*runtime.Context, int) (int, error) { return 1, nil }, task.StreamOptions{}) {
		}
	}),
	"runtime/supervisor.NewTemplate(start)": own(func(ctx *runtime.Context, wrong func()) {
		sup, err := supervisor.StartLink(ctx, supervisor.Spec{Strategy: supervisor.Dynamic, Template: supervisor.NewTemplate(supervisor.ChildSpec{ID: "bad"},
			func(context.Context, int) (pid.PID, error) { wrong(); return pid.PID{}, context.Canceled })})
		if err == nil {
			_, _ = supervisor.StartInstance(bounded(ctx), sup, 1)
		}
	}),
	"runtime/supervisor.Partitioned(child)": own(func(_ *runtime.Context, wrong func()) {
		supervisor.Partitioned("bad", 1, func(string) supervisor.ChildSpec { wrong(); return supervisor.ChildSpec{} })
	}),
	"runtime/supervisor.Server(newServer)": own(func(ctx *runtime.Context, wrong func()) {
		described := false
		child := supervisor.Server("bad", func() any {
			if described { // the first is asked for its spec alone, in the goroutine of the caller
				wrong()
			}
			described = true
			return &state{}
		}, genserver.Options{})
		_, _ = supervisor.StartLink(bounded(ctx), supervisor.Spec{Children: []supervisor.ChildSpec{child}})
	}),
	"runtime/supervisor.Specifier": own(func(_ *runtime.Context, wrong func()) {
		supervisor.Server("bad", func() any { return specifier{wrong} }, genserver.Options{})
	}),
	"runtime/application.App.Health": {attack: func(w *world, wrong func()) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		program, err := application.Start(w.Context(), application.Options{Runtime: w.rt()}, application.App{
			Name: "bad", Root: func(any) (supervisor.Spec, error) { return supervisor.Spec{}, nil },
			Health: func(context.Context) error { wrong(); return nil },
		})
		require.NoError(w, err)
		application.Check(ctx, w.rt())
		program.Stop()
	}},
}

type specifier struct{ wrong func() }

func (specifier) HandleCast(*genserver.Context, any) error { return nil }
func (s specifier) ChildSpec(spec supervisor.ChildSpec) supervisor.ChildSpec {
	s.wrong()
	return spec
}
