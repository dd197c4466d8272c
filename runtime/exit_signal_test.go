package runtime_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// Ways in which an exit signal comes.
const (
	fromAnother = "exit from another"
	fromItself  = "exit to oneself"
	byLink      = "link"
)

// fate is what becomes of a process that gets an exit signal.
type fate struct {
	reason  signal.ExitReason // with which it dies, if it does
	dies    bool
	message bool
}

var (
	ignored = fate{}
	message = fate{message: true}
)

func dies(reason signal.ExitReason) fate { return fate{reason: reason, dies: true} }

// The rows are those of the semantics' table of exit signals.
func TestExitSignal_DoesWhatErlangSays(t *testing.T) {
	boom := signal.Error("boom")
	why := signal.ShutdownReason("why")
	for _, row := range []struct {
		how              string
		reason           signal.ExitReason
		normal, trapping fate
	}{
		{fromAnother, signal.Kill, dies(signal.Killed), dies(signal.Killed)},
		{fromItself, signal.Kill, dies(signal.Killed), dies(signal.Killed)},
		{fromAnother, signal.Normal, ignored, message},
		{fromItself, signal.Normal, dies(signal.Normal), message},
		{fromAnother, signal.Shutdown, dies(signal.Shutdown), message},
		{fromAnother, why, dies(why), message},
		{fromAnother, signal.Killed, dies(signal.Killed), message},
		{fromAnother, signal.NoProc, dies(signal.NoProc), message},
		{fromAnother, boom, dies(boom), message},
		{fromItself, signal.Shutdown, dies(signal.Shutdown), message},
		{fromItself, boom, dies(boom), message},
		{byLink, signal.Normal, ignored, message},
		{byLink, signal.Shutdown, dies(signal.Shutdown), message},
		{byLink, why, dies(why), message},
		{byLink, signal.Killed, dies(signal.Killed), message},
		{byLink, signal.Kill, dies(signal.Kill), message},
		{byLink, boom, dies(boom), message},
	} {
		for trap, want := range map[bool]fate{false: row.normal, true: row.trapping} {
			t.Run(fmt.Sprintf("%s, %s, trap %t", row.how, row.reason, trap), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					testExitSignal(t, row.how, row.reason, trap, want)
				})
			})
		}
	}
}

func testExitSignal(t *testing.T, how string, reason signal.ExitReason, trap bool, want fate) {
	rt := startWith(t, runtime.Config{})
	var got []signal.Exit
	subject := spawnOpt(t, rt, runtime.SpawnOptions{TrapExit: trap}, func(ctx *runtime.Context) error {
		if how == fromItself {
			require.NoError(t, ctx.Exit(ctx.PID(), reason))
		}
		for {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			got = append(got, m.Value().(signal.Exit))
		}
	})
	synctest.Wait() // it receives
	sender := spawn(t, rt, func(ctx *runtime.Context) error {
		switch how {
		case fromAnother:
			require.NoError(t, ctx.Exit(subject.PID(), reason))
		case byLink:
			require.NoError(t, ctx.Link(subject.PID()))
			return reason
		}
		return nil
	})
	synctest.Wait()

	from := sender.PID()
	if how == fromItself {
		from = subject.PID()
	}
	if want.message {
		require.Equal(t, []signal.Exit{{From: from, Reason: reason}}, got)
	} else {
		require.Empty(t, got)
	}
	why, dead := subject.ExitReason()
	require.Equal(t, want.dies, dead)
	require.Equal(t, want.reason, why)
}

func TestExit_ToWhoIsGoneSucceedsAndDoesNothing(t *testing.T) {
	rt := start(t)
	gone := spawn(t, rt, func(*runtime.Context) error { return nil })
	await(t, gone)
	within(t, rt, func(ctx *runtime.Context) error {
		require.NoError(t, ctx.Exit(gone.PID(), signal.Kill))
		require.NoError(t, rt.Exit(gone.PID(), signal.Kill))
		gone.Exit(signal.Kill)
		return nil
	})
	require.Equal(t, signal.Normal, await(t, gone))
}

func TestKill_TrappingSupervisorGetsKilledAndLives(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		ctx.SetTrapExit(true)
		child, err := ctx.SpawnLink(idle)
		require.NoError(t, err)
		require.NoError(t, ctx.Exit(child, signal.Kill))
		exit, err := runtime.Receive[signal.Exit](ctx)
		require.NoError(t, err)
		require.Equal(t, signal.Exit{From: child, Reason: signal.Killed}, exit)
		return nil
	})
}

func TestShutdownOfParent_EndsLinkedChildWithShutdown(t *testing.T) {
	rt := start(t)
	child := make(chan runtime.ProcessHandle, 1)
	parent := spawn(t, rt, func(ctx *runtime.Context) error {
		p, err := ctx.SpawnLink(idle)
		require.NoError(t, err)
		h, _ := rt.Process(p)
		child <- h
		return signal.Shutdown
	})
	require.Equal(t, signal.Shutdown, await(t, parent))
	require.Equal(t, signal.Shutdown, await(t, <-child))
}

func TestChildEndsWithError_DownAndLinksCarryIt(t *testing.T) {
	rt := start(t)
	linked := spawn(t, rt, idle)
	within(t, rt, func(ctx *runtime.Context) error {
		ctx.SetTrapExit(true)
		child, ref, err := ctx.SpawnOpt(runtime.SpawnOptions{Link: true, Monitor: true}, func(ctx *runtime.Context) error {
			require.NoError(t, ctx.Link(linked.PID()))
			return errors.New("boom")
		})
		require.NoError(t, err)
		m, err := ctx.Recv()
		require.NoError(t, err)
		require.Equal(t, signal.Exit{From: child, Reason: signal.Error("boom")}, m.Value())
		require.Equal(t, runtime.KindSystem, m.Kind())
		m, err = ctx.Recv()
		require.NoError(t, err)
		require.Equal(t, signal.Down{Ref: ref, PID: child, Reason: signal.Error("boom")}, m.Value())
		return nil
	})
	require.Equal(t, signal.Error("boom"), await(t, linked))
}

// Whoever dies of the fire had the flag down at that moment; whoever lives has
// got every shot as a message.
func TestTrapFlag_ToggledUnderFire(t *testing.T) {
	const shooters, shots = 4, 50
	rt := start(t)
	for range hundredThousand / (shooters * shots) {
		target := spawnOpt(t, rt, runtime.SpawnOptions{TrapExit: true}, func(ctx *runtime.Context) error {
			for got := 0; got < shooters*shots; {
				ctx.SetTrapExit(got%8 != 0)
				ctx.SetTrapExit(true)
				m, err := ctx.Recv()
				if err != nil {
					return err
				}
				require.Equal(t, signal.Error("shot"), m.Value().(signal.Exit).Reason)
				got++
			}
			return nil
		})
		var all []runtime.ProcessHandle
		for range shooters {
			all = append(all, spawn(t, rt, func(ctx *runtime.Context) error {
				for range shots {
					must(t, ctx.Exit(target.PID(), signal.Error("shot")))
				}
				return nil
			}))
		}
		if await(t, target) == signal.Error("shot") {
			require.False(t, target.TrapsExits(), "it died although it trapped")
		}
		for _, shooter := range all { // they may still shoot at the dead
			require.Equal(t, signal.Normal, await(t, shooter))
		}
	}
}
