package runtimetest_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/runtimetest"
)

func sleeper(ctx *runtime.Context) error {
	_, err := ctx.Recv()
	return err
}

func crasher(*runtime.Context) error { panic("broken") }

func TestNode_FailsForLeakedProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requireFails(t, func(f *fakeTest) {
			_, err := runtimetest.New(f).SpawnOpt(runtime.SpawnOptions{Label: "forgotten"}, sleeper)
			require.NoError(t, err)
		}, "leaked process", "forgotten", "sleeper")
	})
}

func TestNode_FailsForZombie(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		started, release := make(chan struct{}), make(chan struct{})
		defer close(release)
		requireFails(t, func(f *fakeTest) {
			_, err := runtimetest.New(f).Probe().SpawnLink(func(*runtime.Context) error {
				close(started)
				<-release
				return nil
			})
			require.NoError(t, err)
			<-started
		}, "zombie")
	})
}

func TestNode_FailsForUnexpectedCrash(t *testing.T) {
	requireFails(t, func(f *fakeTest) {
		_, err := runtimetest.New(f).Spawn(crasher)
		require.NoError(t, err)
	}, "unexpected crash", "crasher", "panic: broken")
}

func TestNode_FailsForCrashThatDoesNotCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requireFails(t, func(f *fakeTest) { runtimetest.New(f).ExpectCrash() }, "no process has crashed within 10s")
	})
}

func TestNode_AcceptsWhatIsLinkedToItsProbes(t *testing.T) {
	require.Empty(t, try(t, func(f *fakeTest) {
		p := runtimetest.New(f).Probe()
		_, err := p.SpawnLink(sleeper)
		require.NoError(t, err)
		_, err = genserver.StartLink(p, &counter{}, genserver.Options{TrapExit: true})
		require.NoError(t, err)
	}))
}

func TestNode_AllowsCrashes(t *testing.T) {
	require.Empty(t, try(t, func(f *fakeTest) {
		_, err := runtimetest.NewWith(f, runtimetest.Config{AllowCrashes: true}).Spawn(crasher)
		require.NoError(t, err)
	}))
}

func TestExpectCrash_TellsTheReport(t *testing.T) {
	n := runtimetest.New(t)
	p, err := n.SpawnOpt(runtime.SpawnOptions{Name: "weak", Label: "one of many"}, crasher)
	require.NoError(t, err)
	c := n.ExpectCrash()
	require.Equal(t, p, c.PID)
	require.Equal(t, "weak", c.Name)
	require.Equal(t, "one of many", c.Label)
	require.Equal(t, "error: panic: broken", c.Reason.String())
	require.Contains(t, c.Type, "crasher")
	require.Contains(t, c.Stack, "node_test.go")
}

func TestExpectCrash_TellsStateAndMessageOfServer(t *testing.T) {
	n := runtimetest.New(t)
	p, err := genserver.StartLink(n.Probe(), &counter{}, genserver.Options{})
	require.NoError(t, err)
	require.NoError(t, genserver.Cast(n.Context(), p, "explode"))
	c := n.ExpectCrash()
	require.Contains(t, c.Type, "counter")
	require.Contains(t, c.Reason.String(), "cannot explode")
	require.True(t, errors.Is(n.Probe().ExpectExit(p).Reason, c.Reason))
}

func TestProbe(t *testing.T) {
	n := runtimetest.New(t)
	p := n.Probe()
	q, err := n.NewProbe().SpawnLink(sleeper)
	require.NoError(t, err)
	watched := p.Monitor(q)
	require.NoError(t, n.Send(n.Context(), p.PID(), "text"))
	require.NoError(t, n.Send(n.Context(), p.PID(), 7))
	require.Equal(t, 7, runtimetest.Expect[int](p))
	require.Equal(t, "text", runtimetest.Expect[string](p))
	p.ExpectNone(0)
	require.NoError(t, n.Exit(q, signal.Kill))
	require.Equal(t, signal.Killed, p.ExpectDown(watched).Reason)
}

func TestProbe_FailsAndShowsWhatIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requireFails(t, func(f *fakeTest) {
			p := runtimetest.New(f).Probe()
			require.NoError(t, p.Send(p.PID(), "text"))
			runtimetest.Expect[int](p)
		}, "no int that fits", `in the mailbox:`, "string text")
		requireFails(t, func(f *fakeTest) {
			runtimetest.Expect[int](runtimetest.New(f).Probe())
		}, "in the mailbox: nothing")
	})
}

func TestExpectNone_FailsForMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		later := func(f *fakeTest, wait time.Duration) {
			p := runtimetest.New(f).Probe()
			_, err := p.SendAfter(p.PID(), time.Second, "text")
			require.NoError(t, err)
			p.ExpectNone(wait)
		}
		requireFails(t, func(f *fakeTest) { later(f, time.Minute) }, "not expected: string text")
		require.Empty(t, try(t, func(f *fakeTest) { later(f, time.Millisecond) }))
	})
}
