package remote_test

import (
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

// numbered is what the workers of a story send.
type numbered struct {
	From pid.PID
	Seq  int // from 1, per receiver; only what was sent without an error counts
	Text string
}

func init() { term.MustRegister[numbered]("remote_test.numbered") }

// ledger accounts for the messages of a story. Each that was sent without an error
// has been delivered, or the sender's node was told afterwards that it had lost a
// connection to the receiver's.
type ledger struct {
	mu    sync.Mutex
	clock int            // guarded by mu; counts sends and reports
	sent  map[pair][]int // guarded by mu; when, of each message in order
	lost  map[route]int  // guarded by mu; when that was last reported
}

// pair is a sender and a receiver.
type pair struct{ from, to pid.PID }

// route is a start of a node, and the name of one it was connected to.
type route struct {
	from pid.NodeID
	to   string
}

func newLedger() *ledger { return &ledger{sent: map[pair][]int{}, lost: map[route]int{}} }

// send sends the next message of a pair. The time is that before the send: a loss
// that is reported while it goes on may be that of the message.
func (l *ledger) send(ctx *runtime.Context, to pid.PID, text string) error {
	p := pair{ctx.PID(), to}
	now, seq := l.next(p)
	if err := ctx.Send(to, numbered{p.from, seq, text}); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent[p] = append(l.sent[p], now)
	return nil
}

func (l *ledger) next(p pair) (now, seq int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clock++
	return l.clock, len(l.sent[p]) + 1
}

// witness returns the body of a process that enters what its node is told.
func (l *ledger) witness(n *remote.Node) runtime.Body {
	return func(ctx *runtime.Context) error {
		n.MonitorNodes(ctx)
		for {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			if down, is := m.Value().(remote.NodeDown); is {
				l.mu.Lock()
				l.clock++
				l.lost[route{ctx.PID().Node(), down.Node}] = l.clock
				l.mu.Unlock()
			}
		}
	}
}

// account compares what was sent to a process with what it got of each sender, in
// order, and returns the sums. All has arrived that will.
func (l *ledger) account(t require.TestingT, to pid.PID, got map[pid.PID][]int) (sum account) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for p, sent := range l.sent {
		if p.to != to {
			continue
		}
		seqs := got[p.from]
		sum.sent += len(sent)
		sum.delivered += len(seqs)
		for i, when := range sent {
			if len(seqs) > 0 && seqs[0] == i+1 {
				seqs = seqs[1:]
				continue
			}
			sum.reported++
			require.Greater(t, l.lost[route{p.from.Node(), to.Node().Name()}], when,
				"message %d from %v to %v is gone, and nobody was told", i+1, p.from, to)
		}
		require.Empty(t, seqs, "arrived at %v from %v, but the send failed", to, p.from)
	}
	require.Equal(t, sum.sent, sum.delivered+sum.reported)
	return sum
}

// account is what became of messages.
type account struct{ sent, delivered, reported int }

func (a *account) add(b account) {
	a.sent += b.sent
	a.delivered += b.delivered
	a.reported += b.reported
}
