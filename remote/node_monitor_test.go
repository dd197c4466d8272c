package remote_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

// A process that begins to watch nodes at whatever moment learns of each connection once:
// from MonitorNodes, or by an event after it; and of its end by one event.
func TestMonitorNodes_BegunAtAnyMoment_MissesNothing(t *testing.T) {
	inLab(t, func(l *lab) {
		a := l.node("a@test", func(cfg *remote.Config) {
			cfg.MinBackoff, cfg.MaxBackoff = time.Millisecond, time.Millisecond
		})
		b := l.node("b@test")
		faults := make(chan string, 1000)
		for range 40 {
			require.NoError(l, a.Connect(bounded(l), b.Name()))
			begin := make(chan struct{})
			for range 20 {
				l.spawn(a, func(ctx *runtime.Context) error {
					<-begin
					return watchNodes(ctx, a, faults)
				})
			}
			close(begin) // all of them, and the loss, at once
			l.net.Cut(a.Name(), b.Name())
			synctest.Wait()
			<-time.After(time.Second) // for the next connection; in the bubble it costs nothing
		}
		require.Empty(l, faults)
	})
}

// watchNodes watches nodes to the end of the process, and tells of what contradicts what
// it has been told before.
func watchNodes(ctx *runtime.Context, n *remote.Node, faults chan<- string) error {
	up := n.MonitorNodes(ctx)
	for {
		m, err := ctx.Recv()
		if err != nil {
			return err
		}
		switch v := m.Value().(type) {
		case remote.NodeUp:
			if slices.Contains(up, v.Node) {
				faults <- "up again: " + v.Node
			}
			up = append(up, v.Node)
		case remote.NodeDown:
			i := slices.Index(up, v.Node)
			if i < 0 {
				faults <- "down, but was not up: " + v.Node
				continue
			}
			up = slices.Delete(up, i, i+1)
		}
	}
}
