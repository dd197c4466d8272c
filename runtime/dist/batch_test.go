package dist_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/dist"
	"github.com/starlang-go/starlang/term"
)

// TestBatch_OfOneReceiverIsNobodyElsesMatter: messages that wait for a full mailbox, or to
// be decoded, end the batches of their own pair only; those of all others are delivered
// together as before.
func TestBatch_OfOneReceiverIsNobodyElsesMatter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, t.Cleanup)
		w.connect()
		here := w.nodes[1]
		away, other := pid.New(w.nodes[0].rt.Node().ID(), 1<<20), pid.New(w.nodes[0].rt.Node().ID(), 1<<20+1)
		size := len(must(term.AppendMessage(nil, 1)))

		full := spawn(t, here, runtime.MailboxOptions{Capacity: 1, Policy: mailbox.Block})
		for range 3 { // one is queued, two wait
			here.peer.Message(away, full.pid, 1, size)
			here.peer.Flush()
		}
		slow, decoded := spawn(t, here, runtime.MailboxOptions{}), make(chan struct{})
		require.NoError(t, here.peer.In(slowSignal(away, slow.pid, decoded)))
		synctest.Wait()

		free := spawn(t, here, runtime.MailboxOptions{})
		for _, from := range []pid.PID{away, other} {
			before := queued(t, here, free)
			for range 5 {
				here.peer.Message(from, free.pid, 1, size)
				require.Equal(t, before, queued(t, here, free), "it was delivered by itself")
			}
			here.peer.Flush()
			require.Equal(t, before+5, queued(t, here, free))
		}
		here.peer.Message(other, slow.pid, 1, size) // another sender has nothing that waits
		require.Zero(t, queued(t, here, slow))
		here.peer.Message(away, slow.pid, 2, size) // behind what is being decoded
		close(decoded)
		synctest.Wait()
		require.Equal(t, 3, queued(t, here, slow))
	})
}

// slowSignal is a message that is decoded once decoded is closed.
func slowSignal(from, to pid.PID, decoded chan struct{}) (s dist.Signal) {
	s.Envelope = signal.Envelope{Kind: signal.Message, From: from}
	s.To.PID = to
	s.Decode = func() (any, error) { <-decoded; return 0, nil }
	return s
}

func queued(t *testing.T, n *node, p *puppet) int {
	info, ok := n.rt.Info(p.pid)
	require.True(t, ok)
	return info.QueueLen
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
