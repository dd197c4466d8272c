package runtime_test

import (
	"context"
	goruntime "runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/runtime"
)

func TestSpawn_OptionsHoldFromTheFirstInstruction(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		infos := make(chan runtime.ProcessState, 1)
		p, ref, err := ctx.SpawnOpt(runtime.SpawnOptions{
			Name: "worker", Label: "number 7", TrapExit: true, Link: true, Monitor: true,
		}, func(ctx *runtime.Context) error {
			info, _ := rt.Info(ctx.PID())
			infos <- info
			return nil
		})
		require.NoError(t, err)
		info := <-infos
		require.Equal(t, p, info.PID)
		require.Equal(t, "worker", info.Name)
		require.Equal(t, "number 7", info.Label)
		require.True(t, info.TrapExit)
		require.Equal(t, []pid.PID{ctx.PID()}, info.Links)
		require.Equal(t, []pid.PID{ctx.PID()}, info.MonitoredBy)
		require.Equal(t, signal.Normal, down(t, ctx, ref))
		return nil
	})
	require.EqualValues(t, 2, rt.Spawned())
}

func TestSpawn_PlainOnesHaveNothingToDoWithTheirParent(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		p, err := ctx.Spawn(idle)
		require.NoError(t, err)
		info, _ := rt.Info(p)
		require.Empty(t, info.Links)
		require.Empty(t, info.MonitoredBy)
		return nil
	})
}

func TestSpawn_ErrorsSayWhatIsWrong(t *testing.T) {
	rt := start(t)
	holder := spawnOpt(t, rt, runtime.SpawnOptions{Name: "taken"}, idle)
	for name, row := range map[string]struct {
		opts runtime.SpawnOptions
		body runtime.Body
		want string
		is   error
	}{
		"nil body":     {body: nil, want: "spawn: body is nil", is: runtime.ErrNilBody},
		"taken name":   {runtime.SpawnOptions{Name: "taken"}, idle, `spawn "taken": register name "taken": name is taken by ` + holder.PID().String(), runtime.ErrNameTaken},
		"bad name":     {runtime.SpawnOptions{Name: "\xff"}, idle, "", registry.ErrBadName},
		"no parent":    {runtime.SpawnOptions{Link: true}, idle, "spawn: options Link and Monitor need a spawning process", nil},
		"no parent, 2": {runtime.SpawnOptions{Monitor: true}, idle, "spawn: options Link and Monitor need a spawning process", nil},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := rt.SpawnOpt(row.opts, row.body)
			require.Zero(t, p)
			var failed *runtime.SpawnError
			require.ErrorAs(t, err, &failed)
			require.Equal(t, row.opts.Name, failed.Name)
			if row.want != "" {
				require.EqualError(t, err, row.want)
			}
			if row.is != nil {
				require.ErrorIs(t, err, row.is)
			}
		})
	}
	require.Equal(t, 1, rt.Len())
}

func TestSpawn_BadOptionIsAnErrorThatNamesIt(t *testing.T) {
	rt := start(t)
	for want, bad := range map[string]runtime.SpawnOptions{
		"ExitGrace":        {ExitGrace: -1},
		"Mailbox.Capacity": {Mailbox: runtime.MailboxOptions{Capacity: -1}},
		"Mailbox.Policy":   {Mailbox: runtime.MailboxOptions{Capacity: 1, Policy: 99}},
		"need a Mailbox":   {Mailbox: runtime.MailboxOptions{Policy: mailbox.Reject}},
		"Mailbox.OnDrop":   {Mailbox: runtime.MailboxOptions{OnDrop: func(runtime.Message) {}}},
	} {
		_, err := rt.SpawnOpt(bad, idle)
		require.ErrorContains(t, err, want)
	}
	require.Zero(t, rt.Len())
}

func TestSpawn_InAStoppedRuntimeFails(t *testing.T) {
	rt := start(t)
	require.NoError(t, rt.Shutdown(context.Background()))
	_, err := rt.Spawn(idle)
	require.ErrorIs(t, err, runtime.ErrStopped)
	require.ErrorIs(t, rt.Run(context.Background(), idle), runtime.ErrStopped)
}

// The relation to the parent that was set already is taken back without a word.
func TestSpawn_ThatFailsHalfWayLeavesNothingBehind(t *testing.T) {
	rt := start(t)
	holder := spawnOpt(t, rt, runtime.SpawnOptions{Name: "taken"}, idle)
	within(t, rt, func(ctx *runtime.Context) error {
		self, _ := rt.Process(ctx.PID())
		for range hundredThousand / 10 {
			_, _, err := ctx.SpawnOpt(runtime.SpawnOptions{Name: "taken", Link: true, Monitor: true}, idle)
			if !isNameTaken(err) {
				require.ErrorIs(t, err, runtime.ErrNameTaken)
			}
		}
		require.Zero(t, self.Holdings())
		require.Equal(t, 2, rt.Len())
		mustBeEmpty(t, ctx)
		return nil
	})
	require.True(t, holder.IsAlive())
}

func isNameTaken(err error) bool {
	failed, ok := err.(*runtime.SpawnError)
	return ok && rootOf(failed) == runtime.ErrNameTaken
}

// Whoever has found the new process in the table meanwhile and monitors it must
// not be left without a Down.
func TestSpawn_ThatFailsHalfWayTellsThirdParties(t *testing.T) {
	rt := start(t)
	holder := spawnOpt(t, rt, runtime.SpawnOptions{Name: "taken"}, idle)
	observer := spawn(t, rt, func(ctx *runtime.Context) error {
		found, told, enough := 0, 0, false
		for !enough || found > told {
			for p := range rt.PIDs() {
				if p != holder.PID() && p != ctx.PID() && !enough {
					ctx.Monitor(p)
					found++
				}
			}
			for found > told || enough {
				m, err := ctx.Recv() // waits for ever if a Down is lost
				if err != nil {
					return err
				}
				if enough = m.Value() == "enough" || enough; m.Value() != "enough" {
					told++
				}
				if enough && found == told {
					break
				}
			}
			if m, err := ctx.TryRecv(); err == nil {
				enough = m.Value() == "enough"
			}
		}
		return nil
	})
	for range hundredThousand {
		if _, err := rt.SpawnOpt(runtime.SpawnOptions{Name: "taken"}, idle); !isNameTaken(err) {
			require.ErrorIs(t, err, runtime.ErrNameTaken)
		}
	}
	require.NoError(t, observer.Send(context.Background(), "enough"))
	require.Equal(t, signal.Normal, await(t, observer))
}

// A child whose parent is killed while it spawns either never begins or ends with
// the parent, if it is linked.
func TestSpawnLink_RacesTheParentsDeathConcurrentSafe(t *testing.T) {
	rt := start(t)
	for range hundredThousand / 20 {
		parent := spawn(t, rt, func(ctx *runtime.Context) error {
			for {
				if _, err := ctx.SpawnLink(idle); err != nil {
					return err
				}
			}
		})
		parent.Exit(signal.Kill)
		await(t, parent)
	}
	for rt.ZombieCount() > 0 { // a child that is not to begin is in the table for a moment
		goruntime.Gosched()
	}
	for rt.Len() > 0 {
		for p := range rt.PIDs() {
			if h, ok := rt.Process(p); ok {
				require.Equal(t, signal.Killed, await(t, h))
			}
		}
	}
}
