//go:build !race

// The race detector makes sync.Pool forget at random: allocations are counted
// without it.

package remote_test

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
)

// What a send costs is encoding and copying: the frame is built in memory that is
// used again.
func TestSend_AllocatesNothing(t *testing.T) {
	f := newFortress(t)
	v := dialAs(t, f.node.Addr().String())
	v.join("villain@test")
	go func() { _, _ = io.Copy(io.Discard, v) }()
	id, err := pid.NewNodeID("villain@test", 666)
	require.NoError(t, err)
	var message any = note{1, "0123456789abcdef"}
	raw := make([]byte, 64)
	run(t, f.node, func(ctx *runtime.Context) error {
		require.Zero(t, testing.AllocsPerRun(1000, func() {
			if ctx.Send(pid.New(id, 1), message) != nil {
				panic("not sent")
			}
		}))
		require.LessOrEqual(t, testing.AllocsPerRun(1000, func() {
			if ctx.SendRaw(pid.New(id, 1), raw) != nil {
				panic("not sent")
			}
		}), 1.0, "the envelope holds a slice")
		return nil
	})
}
