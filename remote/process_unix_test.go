//go:build unix

package remote_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

// stop stops the program until resume. Only Unix has a way to do that.
func (p *player) stop() error { return p.cmd.Process.Signal(syscall.SIGSTOP) }

func (p *player) resume() error { return p.cmd.Process.Signal(syscall.SIGCONT) }

func TestPrograms_StoppedOneIsNoticedAndComesBack(t *testing.T) {
	all := book{}
	other := all.play(t, "echo", "other@test")
	n := all.start(t, "a@test", watchful)
	run(t, n, func(ctx *runtime.Context) error {
		n.MonitorNodes(ctx)
		ctx.Monitor(other.pid)
		require.Equal(t, "other@test", receive[remote.NodeUp](t, ctx).Node)
		require.NoError(t, other.stop())
		down := receive[signal.Down](t, ctx)
		require.Equal(t, signal.NoConnection, down.Reason)
		require.Equal(t, remote.CauseSilent, receive[remote.NodeDown](t, ctx).Cause)

		require.NoError(t, other.resume())
		require.Eventually(t, func() bool {
			v, err := runtime.Call[note](ctx, other.pid, note{1, "x"})
			return err == nil && v == note{1, "x"}
		}, testTimeout, 10*time.Millisecond, "it is the same start of the same node")
		return nil
	})
}
