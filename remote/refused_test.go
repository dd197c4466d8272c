package remote_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/runtime"
)

// TestRefused_IsNotPutAside: what a full mailbox refuses is lost at once when it comes from
// another node, as when it comes from this one; room that comes a moment later is for later
// messages.
func TestRefused_IsNotPutAside(t *testing.T) {
	for _, policy := range []mailbox.Policy{mailbox.Reject, mailbox.DropNewest} {
		inLab(t, func(l *lab) {
			a, b := l.node("a@test"), l.node("b@test")
			full := l.puppet(b, runtime.MailboxOptions{Capacity: 1, Policy: policy})
			l.run(a, func(ctx *runtime.Context) error {
				for i := range 3 {
					require.NoError(l, ctx.Send(full.pid, i))
				}
				return nil
			})
			synctest.Wait()
			require.Zero(l, connOf(b, "a@test").Waiting, policy)
			full.does(func(ctx *runtime.Context) {
				m, err := ctx.Recv()
				require.NoError(l, err)
				require.Equal(l, 0, m.Value())
			})
			synctest.Wait()
			info, ok := b.Runtime().Info(full.pid)
			require.True(l, ok)
			require.Zero(l, info.QueueLen, policy)
		})
	}
}
