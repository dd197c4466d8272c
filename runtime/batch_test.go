package runtime_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/runtime"
)

func TestDeliverBatch_AllInOrderOrHowFarItGot(t *testing.T) {
	a, b, _ := twoNodes(t)
	var batch runtime.Batch
	for i := range 200 {
		batch.Add(i)
	}
	require.Equal(t, 199, batch.Value(199))
	within(t, b, func(ctx *runtime.Context) error {
		taken, err := b.DeliverBatch(ctx.PID(), &batch)
		require.NoError(t, err)
		require.Equal(t, batch.Len(), taken)
		for want := range 200 {
			m, err := ctx.Recv()
			require.NoError(t, err)
			require.Equal(t, want, m.Value())
			require.Equal(t, runtime.KindUser, m.Kind())
		}
		mustBeEmpty(t, ctx)
		return nil
	})

	narrow := spawnOpt(t, b, runtime.SpawnOptions{
		Mailbox: runtime.MailboxOptions{Capacity: 3, Policy: mailbox.Block},
	}, func(ctx *runtime.Context) error { <-ctx.Done(); return nil }) // and makes no room
	taken, err := b.DeliverBatch(narrow.PID(), &batch)
	require.ErrorIs(t, err, runtime.ErrMailboxFull)
	require.Equal(t, 3, taken)

	taken, err = b.DeliverBatch(pid.New(b.Node().ID(), 1<<40), &batch)
	require.ErrorIs(t, err, runtime.ErrNoProc)
	require.Zero(t, taken)
	taken, err = a.DeliverBatch(narrow.PID(), &batch)
	require.ErrorIs(t, err, registry.ErrNotLocal)
	require.Zero(t, taken)

	batch.Clear()
	require.Zero(t, batch.Len())
	taken, err = b.DeliverBatch(narrow.PID(), &batch)
	require.NoError(t, err)
	require.Zero(t, taken)
}
