package remote_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/remotetest"
	"github.com/starlang-go/starlang/runtime"
)

var (
	seedCount = flag.Int("seeds", 100, "how many seeds TestSeeds runs")
	firstSeed = flag.Uint64("seed", 1, "the first seed of TestSeeds")
)

// story is a random run of some nodes. The first two live all the time, the others
// are restarted; on the first two are observers, who count.
type story struct {
	*lab
	*ledger
	rng       *rand.Rand
	nodes     []*remote.Node
	workers   []pid.PID // living or dead, of any start of any node
	witnesses []pid.PID // likewise
	observers [2]*observer
}

// TestSeeds tells many short stories of partitions, cuts, kills and restarts, and
// counts at the end.
func TestSeeds(t *testing.T) {
	for i := range *seedCount / slowdown {
		seed := *firstSeed + uint64(i)
		ok := t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { tellStory(t, seed, 5, 8) })
		})
		if !ok {
			return
		}
	}
}

// tellStory tells the story with a seed: of so many nodes, to which so many things
// happen.
func tellStory(t *testing.T, seed uint64, nodes, strikes int) account {
	s := &story{
		lab: &lab{t, remotetest.New(seed)}, ledger: newLedger(),
		rng: rand.New(rand.NewPCG(seed, 0)), nodes: make([]*remote.Node, nodes),
	}
	s.net.SetDelay(0, time.Duration(s.rng.IntN(20))*time.Millisecond)
	for i := range s.nodes {
		s.begin(i)
	}
	for i := range s.observers {
		s.observers[i] = s.observe(s.nodes[i])
	}
	for range strikes {
		s.populate()
		s.strike()
		after(time.Duration(s.rng.IntN(3000)) * time.Millisecond)
	}
	return s.settle()
}

// nodeName is not in a partition of the one before, so that a restarted node is
// reached.
func nodeName(i int) string { return fmt.Sprintf("n%d@test", i) }

func (s *story) begin(i int) {
	cfg := s.net.Config(nodeName(i))
	cfg.Logger, cfg.HeartbeatInterval, cfg.ConnectTimeout = quiet, time.Second, 3*time.Second
	cfg.MaxBackoff, cfg.CloseTimeout = time.Second, time.Second
	n, err := remote.Start(runtime.MustNew(runtime.Config{Name: nodeName(i), Logger: quiet}), cfg)
	require.NoError(s, err)
	s.nodes[i] = n
	s.witnesses = append(s.witnesses, s.spawn(n, s.witness(n)))
	synctest.Wait()
}

// populate starts workers, and makes the observers watch some.
func (s *story) populate() {
	for range 3 {
		n := s.nodes[s.rng.IntN(len(s.nodes))]
		s.workers = append(s.workers, s.spawn(n, s.worker(s.rng.Uint64())))
	}
	for _, o := range s.observers {
		for range 3 {
			o.watch(s.workers[s.rng.IntN(len(s.workers))], s.rng.IntN(8))
		}
	}
}

// strike does one thing that happens to networks.
func (s *story) strike() {
	a, b := s.rng.IntN(len(s.nodes)), s.rng.IntN(len(s.nodes))
	switch s.rng.IntN(8) {
	case 0:
		s.net.Partition([]string{nodeName(a)}, []string{nodeName(b)})
	case 1:
		s.net.Partition([]string{nodeName(0), nodeName(a)}, []string{nodeName(1), nodeName(b)})
	case 2, 3:
		s.net.Heal()
	case 4:
		s.net.Cut(nodeName(a), nodeName(b))
	case 5:
		s.net.CutAll(nodeName(a))
	case 6:
		_ = s.nodes[a].Runtime().Exit(s.workers[s.rng.IntN(len(s.workers))], signal.Kill)
	case 7:
		if a > 1 {
			require.NoError(s, s.nodes[a].Close(bounded(s)))
			synctest.Wait() // for its witness
			stop(s, s.nodes[a])
			s.begin(a)
		}
	}
}

// settle ends everything in peace and counts.
func (s *story) settle() (sum account) {
	s.net.Heal()
	after(3 * time.Second) // for nodes to be tried again
	for _, o := range s.observers {
		o.watchAll()
	}
	after(5 * time.Second) // for all to receive what has come
	s.hush()
	for _, n := range s.nodes {
		for p := range n.Runtime().PIDs() {
			if p != s.observers[0].pid && p != s.observers[1].pid && !slices.Contains(s.witnesses, p) {
				require.NoError(s, n.Runtime().Exit(p, signal.Kill))
			}
		}
	}
	after(15 * time.Second) // for what is silent to be noticed
	for _, o := range s.observers {
		o.check()
	}
	sum = s.account(s)
	for i, n := range s.nodes {
		synctest.Wait() // for the node before to have gone, here too
		s.checkLeft(n, i < len(s.observers))
		stop(s, n)
	}
	require.Zero(s, s.net.Connections())
	return sum
}

// checkLeft checks that a node holds nothing for those who have ended.
func (s *story) checkLeft(n *remote.Node, observed bool) {
	synctest.Wait() // for the heartbeats of this moment to leave their queues
	left := n.Stats()
	require.Zero(s, left.Zombies)
	if observed {
		left.Processes--
	}
	require.Equal(s, 1, left.Processes, "the witness")
	for _, l := range left.Conns {
		require.Zero(s, l.Relations, "%s -> %s", n.Name(), l.Node)
		require.Zero(s, l.Queue)
		require.Zero(s, l.Waiting)
	}
}

// worker sends numbered messages to the observers and receives theirs, calls and links
// itself with others, and so dies now and then.
func (s *story) worker(seed uint64) runtime.Body {
	rng := rand.New(rand.NewPCG(seed, 1))
	others := append([]pid.PID(nil), s.workers...)
	return func(ctx *runtime.Context) error {
		for {
			s.sendSome(ctx, rng)
			if len(others) > 0 {
				other := others[rng.IntN(len(others))]
				switch rng.IntN(8) {
				case 0:
					_ = ctx.Link(other)
				case 1:
					_ = ctx.Unlink(other)
				case 2:
					ctx.Demonitor(ctx.Monitor(other))
				case 3:
					_, _ = runtime.CallTimeout[int](ctx, other, 1, 100*time.Millisecond)
				case 4:
					ctx.Monitor(other)
				}
			}
			m, err := ctx.RecvTimeout(time.Duration(1+rng.IntN(500)) * time.Millisecond)
			if err != nil {
				if ctx.Err() != nil {
					return err
				}
				continue
			}
			for ; err == nil; m, err = ctx.TryRecv() {
				s.serve(ctx, m)
			}
		}
	}
}

// serve enters a message, or answers a call.
func (s *story) serve(ctx *runtime.Context, m runtime.Message) {
	if from, ok := m.From(); ok {
		_ = ctx.Reply(from, 1)
	}
	if v, ok := m.Value().(numbered); ok {
		s.received(ctx.PID(), v)
	}
}

// sendSome sends an observer a few messages, now and then one in fragments.
func (s *story) sendSome(ctx *runtime.Context, rng *rand.Rand) {
	to := s.observers[rng.IntN(len(s.observers))].pid
	for range rng.IntN(10) {
		text := ""
		if rng.IntN(200) == 0 {
			text = strings.Repeat("x", 100<<10)
		}
		if s.send(ctx, to, text) != nil {
			return
		}
	}
}

// observer watches workers, sends them messages and receives what they send.
type observer struct {
	*story
	node   *remote.Node
	pid    pid.PID
	orders chan func(ctx *runtime.Context)
	downs  map[pid.Ref]int // how many came; of each monitor that was not taken back
	exits  map[pid.PID]int // how many came, of each process linked with, once
	last   map[pid.PID]int // the number of the last message, of each worker
	ups    map[string]int  // connections so far, by node
	since  map[pid.PID]int // ups when the last message of a worker came
	fault  string
}

func (s *story) observe(n *remote.Node) *observer {
	o := &observer{
		story: s, node: n, orders: make(chan func(*runtime.Context), 100),
		downs: map[pid.Ref]int{}, exits: map[pid.PID]int{},
		last: map[pid.PID]int{}, ups: map[string]int{}, since: map[pid.PID]int{},
	}
	o.pid = s.spawn(n, func(ctx *runtime.Context) error {
		ctx.SetTrapExit(true)
		n.MonitorNodes(ctx)
		for {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			if m.Value() == "order" {
				(<-o.orders)(ctx)
			}
			o.note(m.Value())
		}
	})
	return o
}

// watch makes the observer do something with a worker: link itself; set a monitor and
// take it back; or set one and send so many messages.
func (o *observer) watch(p pid.PID, how int) {
	o.orders <- func(ctx *runtime.Context) {
		switch how {
		case 0:
			if _, before := o.exits[p]; !before && ctx.Link(p) == nil {
				o.exits[p] = 0
			}
		case 1:
			ref := ctx.Monitor(p)
			if ctx.DemonitorFlush(ref) {
				return
			}
		default:
			o.downs[ctx.Monitor(p)] = 0
			for range how {
				if o.send(ctx, p, "") != nil {
					return
				}
			}
		}
	}
	require.NoError(o, o.node.Runtime().Send(bounded(o), o.pid, "order"))
}

// watchAll makes the observer learn which of those workers have ended that it has sent
// messages to: the monitors that it had may have been lost.
func (o *observer) watchAll() {
	o.orders <- func(ctx *runtime.Context) {
		for _, p := range o.workers {
			o.downs[ctx.Monitor(p)] = 0
		}
	}
	require.NoError(o, o.node.Runtime().Send(bounded(o), o.pid, "order"))
}

func (o *observer) note(v any) {
	switch v := v.(type) {
	case signal.Down:
		n, known := o.downs[v.Ref]
		if !known || n > 0 {
			o.fault = fmt.Sprintf("%v came %d times before", v, n)
		}
		o.downs[v.Ref]++
		o.told(o.pid, v)
	case signal.Exit:
		n, known := o.exits[v.From]
		if !known || n > 0 {
			o.fault = fmt.Sprintf("%v came %d times before", v, n)
		}
		o.exits[v.From]++
	case remote.NodeUp:
		o.ups[v.Node]++
	case numbered:
		o.received(o.pid, v)
		o.follow(v.From, v.Seq)
	}
}

// follow enters a message. Over one connection none may be missing between two that
// arrive.
func (o *observer) follow(from pid.PID, seq int) {
	last, ups := o.last[from], o.ups[from.Node().Name()]
	if seq <= last || seq > last+1 && ups == o.since[from] {
		o.fault = fmt.Sprintf("message %d from %v after %d", seq, from, last)
	}
	o.last[from], o.since[from] = seq, ups
}

// check is called when everybody else has ended.
func (o *observer) check() {
	o.Helper()
	require.Empty(o, o.fault)
	for p, count := range o.exits {
		require.Equal(o, 1, count, "exits of %v", p)
	}
	for ref, count := range o.downs {
		require.Equal(o, 1, count, "downs of %v", ref)
	}
	requireClean(o.lab, o.node, o.pid)
}
