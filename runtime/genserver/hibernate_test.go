package genserver_test

import (
	goruntime "runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

func sleeps(t *testing.T, ctx *runtime.Context, p pid.PID) bool {
	t.Helper()
	synctest.Wait()
	info, alive := ctx.Runtime().Info(p)
	require.True(t, alive)
	return info.Hibernating
}

// OTP, gen_server:start_link/3, hibernate_after: "goes into hibernation … if no
// message is received within".
func TestHibernate_WhenTheSettingSaysSo(t *testing.T) {
	eachSetting(t, func(t *testing.T, ctx *runtime.Context, opts genserver.Options) {
		p := start(t, ctx, &script{call: echo}, opts)
		never, atOnce := opts.HibernateAfter < 0, opts.HibernateAfter == genserver.HibernateAtOnce
		require.Equal(t, !never, sleeps(t, ctx, p), "after its start")
		_, err := genserver.CallAs[int](ctx, p, 1)
		require.NoError(t, err)
		require.Equal(t, atOnce, sleeps(t, ctx, p), "at once")
		pass(genserver.DefaultHibernateAfter - 1)
		require.Equal(t, atOnce, sleeps(t, ctx, p), "not before its time")
		pass(time.Hour)
		require.Equal(t, !never, sleeps(t, ctx, p), "in the end")
	})
}

func TestHibernate_NotWhileThereIsSomethingToDo(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx *runtime.Context) {
		after := time.Minute
		p := start(t, ctx, &script{call: echo}, genserver.Options{HibernateAfter: after})
		for range 100 {
			_, err := genserver.CallAs[int](ctx, p, 1)
			require.NoError(t, err)
			pass(after - 1)
			require.False(t, sleeps(t, ctx, p))
		}
		pass(after + 2)
		require.True(t, sleeps(t, ctx, p))
	})
}

func TestHibernate_WhenAMethodAsksForIt(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx *runtime.Context) {
		p := start(t, ctx, &script{
			call: echo,
			cast: func(c *genserver.Context, _ any) error { c.Hibernate(); return nil },
		}, genserver.Options{HibernateAfter: genserver.HibernateNever})
		require.False(t, sleeps(t, ctx, p))
		require.NoError(t, genserver.Cast(ctx, p, 1))
		require.True(t, sleeps(t, ctx, p))
		_, err := genserver.CallAs[int](ctx, p, 1)
		require.NoError(t, err)
		require.False(t, sleeps(t, ctx, p), "once")
	})
}

func TestHibernate_ALookDoesNotWakeForGood(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx *runtime.Context) {
		p := start(t, ctx, &script{call: echo}, genserver.Options{})
		require.True(t, sleeps(t, ctx, p))
		_, err := genserver.GetStatistics(ctx, p)
		require.NoError(t, err)
		require.True(t, sleeps(t, ctx, p))
	})
}

func TestHibernate_IdleServersAreSmall(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		before := heap()
		servers := make([]pid.PID, idleServers)
		for i := range servers {
			servers[i] = start(t, ctx, &account{}, genserver.Options{HibernateAfter: genserver.HibernateAtOnce})
		}
		for _, p := range servers { // that they were called leaves nothing behind
			_, err := genserver.CallAs[int](ctx, p, 1)
			require.NoError(t, err)
		}
		each := (heap() - before) / idleServers
		t.Logf("%d bytes for each of %d idle servers", each, idleServers)
		require.LessOrEqual(t, each, maxIdleBytes)
		require.Less(t, goruntime.NumGoroutine(), 1000)
		goruntime.KeepAlive(servers)
	})
}

// heap returns the bytes of the program's heap that are in use.
func heap() int {
	goruntime.GC()
	var m goruntime.MemStats
	goruntime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
