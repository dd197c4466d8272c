package remote_test

import (
	"slices"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
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

// ledger accounts for the messages of a story. Of each that was sent without an error
// exactly one is true:
//
//   - It was received, behind all that were sent before it and received.
//   - It was lost: the sender's node was told afterwards that it had lost a connection
//     to the receiver's, or had none when it was sent.
//   - It found nobody: the receiver ended before all was quiet, with the message in
//     its mailbox or on the way, and with all that were sent after it; and the sender's
//     monitor told it so.
//
// Who still lives when all is quiet, some time after the last message was sent, has
// received everything that was not lost.
type ledger struct {
	mu    sync.Mutex
	clock int                // guarded by mu; counts sends and reports
	sent  map[pair][]sending // guarded by mu; each message in order
	got   map[pair][]int     // guarded by mu; the numbers of those received, as they came
	lost  map[route]int      // guarded by mu; when that was last reported
	up    map[route]bool     // guarded by mu; false again once a loss was reported
	ended map[pair]int       // guarded by mu; when the sender was told of the receiver's end
	quiet int                // guarded by mu; when all was quiet
}

// sending is when a message was sent.
type sending struct {
	at        int
	connected bool // to that start of the node; else it waited for a connection, which may have failed, or been to another start
}

// pair is a sender and a receiver.
type pair struct{ from, to pid.PID }

// route is a start of a node, and the name of one it was connected to.
type route struct {
	from pid.NodeID
	to   string
}

func newLedger() *ledger {
	return &ledger{sent: map[pair][]sending{}, got: map[pair][]int{}, lost: map[route]int{}, up: map[route]bool{}, ended: map[pair]int{}}
}

// send sends the next message of a pair. The time is that before the send: a loss
// that is reported while it goes on may be that of the message. A connection whose loss was
// reported already is listed for a moment longer, and nothing is sent over it any more.
func (l *ledger) send(ctx *runtime.Context, to pid.PID, text string) error {
	p := pair{ctx.PID(), to}
	now, seq, up := l.next(p)
	connected := up && slices.ContainsFunc(remote.Of(ctx.Runtime()).Stats().Conns, func(c remote.ConnInfo) bool {
		return c.Node == to.Node().Name() && c.Creation == to.Node().Creation()
	})
	if err := ctx.Send(to, numbered{p.from, seq, text}); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent[p] = append(l.sent[p], sending{now, connected})
	return nil
}

func (l *ledger) next(p pair) (now, seq int, up bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tickLocked(), len(l.sent[p]) + 1, l.up[route{p.from.Node(), p.to.Node().Name()}]
}

func (l *ledger) tickLocked() int {
	l.clock++
	return l.clock
}

// received enters a message that a process has received.
func (l *ledger) received(to pid.PID, m numbered) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := pair{m.From, to}
	l.got[p] = append(l.got[p], m.Seq)
}

// told enters that a process was told of another's end. That their nodes have lost
// each other is none.
func (l *ledger) told(from pid.PID, down signal.Down) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := pair{from, down.PID}
	if now := l.tickLocked(); l.ended[p] == 0 && down.Reason != signal.NoConnection {
		l.ended[p] = now
	}
}

// hush enters that all is quiet: what will arrive has been received.
func (l *ledger) hush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.quiet = l.tickLocked()
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
			l.mu.Lock()
			switch v := m.Value().(type) {
			case remote.NodeUp:
				l.up[route{ctx.PID().Node(), v.Node}] = true
			case remote.NodeDown:
				r := route{ctx.PID().Node(), v.Node}
				l.lost[r], l.up[r] = l.tickLocked(), false
			}
			l.mu.Unlock()
		}
	}
}

// account compares what was sent with what was received, pair by pair and in order,
// and returns the sums. The story is over.
func (l *ledger) account(t require.TestingT) (sum account) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for p, sent := range l.sent {
		got := l.got[p]
		sum.sent += len(sent)
		sum.received += len(got)
		for i, when := range sent {
			switch ended := l.ended[p]; {
			case len(got) > 0 && got[0] == i+1:
				got = got[1:]
				require.True(t, ended == 0 || when.at < ended, "message %d from %v came to %v, of whose end it knew", i+1, p.from, p.to)
			case l.lost[route{p.from.Node(), p.to.Node().Name()}] > when.at || !when.connected:
				sum.lost++
			case ended > 0 && ended < l.quiet && len(got) == 0:
				sum.orphaned++
			default:
				require.Fail(t, "a message is gone, and nobody was told", "message %d from %v to %v", i+1, p.from, p.to)
			}
		}
		require.Empty(t, got, "arrived at %v from %v twice, out of order, or after an error", p.to, p.from)
	}
	require.Equal(t, sum.sent, sum.received+sum.lost+sum.orphaned)
	return sum
}

// account is what became of messages, see ledger.
type account struct{ sent, received, lost, orphaned int }

func (a *account) add(b account) {
	a.sent += b.sent
	a.received += b.received
	a.lost += b.lost
	a.orphaned += b.orphaned
}
