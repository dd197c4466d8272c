package runtime_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

func TestLink_IsOneAndSymmetricWhoeverSetsIt(t *testing.T) {
	rt := start(t)
	other := spawn(t, rt, func(ctx *runtime.Context) error {
		for {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			from, _ := m.From()
			require.NoError(t, ctx.Link(from.PID))
			require.NoError(t, ctx.Reply(from, nil))
		}
	})
	within(t, rt, func(ctx *runtime.Context) error {
		self, _ := rt.Process(ctx.PID())
		require.NoError(t, ctx.Link(other.PID()))
		require.NoError(t, ctx.Link(other.PID()))
		_, err := runtime.Call[any](ctx, other.PID(), "link with me")
		require.NoError(t, err)
		require.Equal(t, []pid.PID{other.PID()}, self.Links())
		require.Equal(t, []pid.PID{ctx.PID()}, other.Links())

		require.NoError(t, ctx.Unlink(other.PID()))
		require.Empty(t, self.Links())
		require.Empty(t, other.Links())
		require.NoError(t, ctx.Unlink(other.PID()), "without a link it does nothing")
		return nil
	})
}

func TestLink_WithOneselfDoesNothing(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		self, _ := rt.Process(ctx.PID())
		require.NoError(t, ctx.Link(ctx.PID()))
		require.NoError(t, ctx.Unlink(ctx.PID()))
		require.Empty(t, self.Links())
		return nil
	})
}

func TestLink_WithWhoIsGoneIsNoProcInBothTrapModes(t *testing.T) {
	rt := start(t)
	gone := spawn(t, rt, func(*runtime.Context) error { return nil })
	await(t, gone)
	for _, trap := range []bool{false, true} {
		within(t, rt, func(ctx *runtime.Context) error {
			ctx.SetTrapExit(trap)
			for _, to := range []pid.PID{gone.PID(), {}, pid.New(rt.Node().ID(), 1<<40)} {
				err := ctx.Link(to)
				require.ErrorIs(t, err, runtime.ErrNoProc)
				var failed *runtime.RuntimeError
				require.ErrorAs(t, err, &failed)
				require.Equal(t, &runtime.RuntimeError{Op: "link", To: pid.Address{PID: to}, Err: runtime.ErrNoProc}, failed)
				require.NoError(t, ctx.Unlink(to))
			}
			_, err := ctx.TryRecv()
			require.ErrorIs(t, err, runtime.ErrEmpty)
			return nil
		})
	}
}

func TestSpawnLink_StandsBeforeTheFirstInstruction(t *testing.T) {
	rt := start(t)
	within(t, rt, func(ctx *runtime.Context) error {
		ctx.SetTrapExit(true)
		for range hundredThousand / 10 {
			links := make(chan []pid.PID, 1)
			child, err := ctx.SpawnLink(func(child *runtime.Context) error {
				self, _ := rt.Process(child.PID())
				links <- self.Links()
				return nil
			})
			require.NoError(t, err)
			require.Equal(t, []pid.PID{ctx.PID()}, <-links)
			m, err := ctx.Recv()
			require.NoError(t, err)
			require.Equal(t, signal.Exit{From: child, Reason: signal.Normal}, m.Value())
		}
		return nil
	})
}

// An EXIT that was queued before stays; none comes after. The Down comes after
// the EXITs of the same death.
func TestUnlink_RacesDeathAndNothingComesAfterItReturned(t *testing.T) {
	rt := start(t)
	isExit := func(m runtime.Message) bool { _, ok := m.Value().(signal.Exit); return ok }
	repeat(t, rt, hundredThousand, func(ctx *runtime.Context) {
		child, ref, err := ctx.SpawnOpt(runtime.SpawnOptions{Link: true, Monitor: true},
			func(*runtime.Context) error { return signal.Error("boom") })
		must(t, err)
		must(t, ctx.Unlink(child))
		_, _ = ctx.TryRecvMatch(isExit)
		require.Equal(t, signal.Error("boom"), down(t, ctx, ref))
		mustBeEmpty(t, ctx)
	})
}

func TestUnlink_OfWhoDoesNotTrapIsSafeAfterItReturned(t *testing.T) {
	rt := start(t)
	for range hundredThousand / 10 {
		unlinked := false
		parent := spawn(t, rt, func(ctx *runtime.Context) error {
			child, ref, err := ctx.SpawnOpt(runtime.SpawnOptions{Link: true, Monitor: true},
				func(*runtime.Context) error { return signal.Error("boom") })
			if err != nil {
				return err
			}
			if err := ctx.Unlink(child); err != nil {
				return err
			}
			unlinked = true
			_, err = runtime.ReceiveMatch(ctx, func(d signal.Down) bool { return d.Ref == ref })
			return err
		})
		reason := await(t, parent)
		require.Equal(t, unlinked, reason.IsNormal(), "%s", reason)
	}
}
