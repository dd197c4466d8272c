package directory_test

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/directory"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// within runs test as a process with a directory under a supervisor.
func within(t *testing.T, kind directory.Kind, test func(ctx *runtime.Context, d *directory.Directory, watcher func() pid.PID)) {
	synctest.Test(t, func(t *testing.T) {
		rt := runtime.MustNew(runtime.Config{Logger: slog.New(slog.DiscardHandler)})
		require.NoError(t, rt.Run(t.Context(), func(ctx *runtime.Context) error {
			d := directory.New(kind)
			require.ErrorIs(t, d.Enter(ctx, "early", 1), runtime.ErrNoProc)
			sup, err := supervisor.StartLink(ctx, supervisor.Spec{Children: []supervisor.ChildSpec{{ID: "d", Start: d.Start}}})
			require.NoError(t, err)
			test(ctx, d, func() pid.PID {
				all, err := supervisor.WhichChildren(ctx, sup)
				require.NoError(t, err)
				return all[0].PID
			})
			return nil
		}))
		require.NoError(t, rt.Shutdown(context.Background()))
	})
}

// member starts a process that enters itself and waits for its end.
func member(t *testing.T, ctx *runtime.Context, d *directory.Directory, key string, value any) (pid.PID, error) {
	entered := make(chan error, 1)
	p, err := ctx.Spawn(func(ctx *runtime.Context) error {
		entered <- d.Enter(ctx, key, value)
		_, err := runtime.Receive[signal.Exit](ctx)
		return err
	})
	require.NoError(t, err)
	return p, <-entered
}

// echo is a server that takes a name when it starts.
type echo struct{ name runtime.Named }

func (e echo) Init(ctx *genserver.Context) error { return ctx.Register(e.name) }

func (echo) HandleCall(_ *genserver.Context, _ genserver.From, req any) (any, error) { return req, nil }

func TestDirectory_NamesServers(t *testing.T) {
	within(t, directory.Unique, func(ctx *runtime.Context, d *directory.Directory, _ func() pid.PID) {
		name := runtime.Via{Service: d, Name: "4711"}
		p, err := genserver.Start(ctx, echo{name}, genserver.Options{})
		require.NoError(t, err)
		n, err := genserver.CallAs[int](ctx, name, 7)
		require.NoError(t, err)
		require.Equal(t, 7, n)
		_, err = genserver.Start(ctx, echo{name}, genserver.Options{})
		require.ErrorIs(t, err, registry.ErrNameTaken)
		require.Equal(t, []string{"4711"}, d.Keys(p))
		require.NoError(t, genserver.Stop(ctx, name, signal.Normal))
		_, err = genserver.CallAs[int](ctx, name, 7)
		require.ErrorIs(t, err, runtime.ErrNoProc)
		_, err = genserver.Start(ctx, echo{name}, genserver.Options{})
		require.NoError(t, err, "the name is free at once")
	})
}

func TestDirectory_UniqueKeyHasOneProcess(t *testing.T) {
	within(t, directory.Unique, func(ctx *runtime.Context, d *directory.Directory, _ func() pid.PID) {
		p, err := member(t, ctx, d, "k", "first")
		require.NoError(t, err)
		_, err = member(t, ctx, d, "k", "second")
		require.ErrorIs(t, err, registry.ErrNameTaken)
		require.Equal(t, []directory.Entry{{PID: p, Value: "first"}}, d.Lookup("k"))
		require.NoError(t, ctx.Exit(p, signal.Kill))
		require.Empty(t, d.Lookup("k"))
		_, err = member(t, ctx, d, "k", "third")
		require.NoError(t, err)
	})
}

func TestDirectory_DuplicateKeysHavePropertiesAndDispatch(t *testing.T) {
	within(t, directory.Duplicate, func(ctx *runtime.Context, d *directory.Directory, _ func() pid.PID) {
		p, err := member(t, ctx, d, "topic", map[string]int{"level": 1})
		require.NoError(t, err)
		require.NoError(t, d.Enter(ctx, "topic", 2))
		require.NoError(t, d.Enter(ctx, "topic", 3), "another value for the same process")
		require.Equal(t, []directory.Entry{{PID: p, Value: map[string]int{"level": 1}}, {PID: ctx.PID(), Value: 3}}, d.Lookup("topic"))
		require.Equal(t, 2, d.Len())
		sent, err := d.Dispatch(ctx, "topic", "news")
		require.NoError(t, err)
		require.Equal(t, 2, sent)
		news, err := runtime.Receive[string](ctx)
		require.NoError(t, err)
		require.Equal(t, "news", news)
		require.NoError(t, d.Leave(ctx, "topic"))
		require.ErrorIs(t, d.Leave(ctx, "topic"), registry.ErrNameNotFound)
		require.NoError(t, ctx.Exit(p, signal.Kill))
		synctest.Wait()
		require.Zero(t, d.Len())
		sent, err = d.Dispatch(ctx, "topic", "news")
		require.NoError(t, err)
		require.Zero(t, sent)
	})
}

// What is in it outlives its process, whose successor notices the ends that it has missed.
func TestDirectory_OutlivesItsProcess(t *testing.T) {
	within(t, directory.Duplicate, func(ctx *runtime.Context, d *directory.Directory, watcher func() pid.PID) {
		p, err := member(t, ctx, d, "k", 1)
		require.NoError(t, err)
		q, err := member(t, ctx, d, "k", 2)
		require.NoError(t, err)
		before := watcher()
		require.NoError(t, ctx.Exit(before, signal.Kill))
		require.NoError(t, ctx.Exit(q, signal.Kill))
		synctest.Wait()
		require.NotEqual(t, before, watcher())
		require.Equal(t, []directory.Entry{{PID: p, Value: 1}}, d.Lookup("k"))
		require.Equal(t, 1, d.Len())
	})
}
