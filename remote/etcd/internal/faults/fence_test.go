package faults_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/remote/etcd/etcdtest"
)

var (
	fenceFor  = flag.Duration("for", 5*time.Second, "how long TestFence does harm")
	fenceSeed = flag.Uint64("seed", 0, "what TestFence does; 0: something else each time")
)

const (
	fenceTTL   = 3 * time.Second
	fenceNodes = 5
	fenceIDs   = 12
)

// TestFence kills, stops and cuts off members and etcd's own at random, while entities and a
// singleton write to a store that compares fences, and members call entities one call after
// the other. What the store was sent shows that there were no two owners.
func TestFence(t *testing.T) {
	seed := *fenceSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("-seed %d", seed)
	h := &harm{
		t: t, rng: rand.New(rand.NewPCG(seed, 1)), servers: etcdtest.Start(t, 3), journal: newJournal(), sink: newSink(t),
		done: make(map[string]int),
	}
	for i := range fenceNodes {
		h.nodes = append(h.nodes, &victim{process: start(t, h.journal, h.plan(i))})
		h.call(i)
	}
	for end := time.Now().Add(*fenceFor); time.Now().Before(end); {
		h.doSome()
		elapse(time.Duration(h.rng.Int64N(int64(time.Second))))
	}
	h.heal()
	h.converge()
	calls := h.report()
	v := h.sink.judge(t)
	t.Logf("%v of harm: %v", *fenceFor, h.done)
	t.Logf("store: %+v", v)
	t.Logf("calls of those who were alive in the end: %d, ended %d, failed %d, the longest took %v", calls.Begun, calls.Ended, calls.Failed, calls.Longest)
	require.NotZero(t, v.Writes)
	require.Zero(t, v.StaleTaken)
	require.Zero(t, v.DoubleOwners)
	require.Zero(t, v.OutOfOrder)
	require.Equal(t, calls.Begun, calls.Ended)
}

// harm does harm.
type harm struct {
	t       *testing.T
	rng     *rand.Rand
	servers *etcdtest.Servers
	journal *journal
	sink    *sink
	nodes   []*victim
	lines   [][]*etcdtest.Proxy // by node, its ways to etcd's members
	frozen  int                 // the member of etcd that is stopped, plus 1
	done    map[string]int
}

// victim is a member and what was done to it.
type victim struct {
	*process
	stopped, cut bool
	begun        int // the place in the journal before its start
}

// plan returns what the i-th member is. Its ways to etcd can be cut.
func (h *harm) plan(i int) plan {
	if len(h.lines) <= i {
		var ways []*etcdtest.Proxy
		for _, url := range h.servers.Endpoints() {
			ways = append(ways, etcdtest.NewProxy(h.t, url))
		}
		h.lines = append(h.lines, ways)
	}
	var urls []string
	for _, w := range h.lines[i] {
		urls = append(urls, w.URL())
	}
	return plan{
		Node: fmt.Sprintf("n%d@test", i), Endpoints: turned(urls, i), TTL: fenceTTL,
		Singles: []string{"cron"}, Shards: 8, Sink: h.sink.listener.Addr().String(),
	}
}

func (h *harm) ids() (ids []string) {
	for i := range fenceIDs {
		ids = append(ids, fmt.Sprint("id", i))
	}
	return ids
}

// call makes a member call all entities.
func (h *harm) call(i int) {
	h.nodes[i].order(order{Do: "call", What: "entity", To: h.ids(), Timeout: 3 * fenceTTL})
}

// doSome does one thing.
func (h *harm) doSome() {
	i := h.rng.IntN(len(h.nodes))
	n := h.nodes[i]
	switch h.rng.IntN(10) {
	case 0:
		h.note("kill")
		h.kill(i)
	case 1, 2:
		h.note("stop")
		n.signal(syscall.SIGSTOP)
		n.stopped = true
	case 3, 4:
		h.goOn(n)
	case 5:
		h.note("cut from etcd")
		h.each(i, (*etcdtest.Proxy).Cut)
	case 6:
		h.note("no answers of etcd")
		h.each(i, (*etcdtest.Proxy).Mute)
	case 7:
		h.each(i, (*etcdtest.Proxy).Heal)
	case 8:
		h.note("cut from members")
		n.order(order{Do: "cut"})
		n.cut = true
	case 9:
		h.harmEtcd()
	}
}

func (h *harm) note(what string) { h.done[what]++ }

// harmEtcd stops a member of etcd, or lets the one that is stopped go on, or kills it and
// starts it again. Two of three stay.
func (h *harm) harmEtcd() {
	if h.frozen == 0 {
		h.note("etcd member stopped")
		h.frozen = h.rng.IntN(h.servers.Len()) + 1
		h.servers.Freeze(h.frozen - 1)
		return
	}
	if h.rng.IntN(2) == 0 {
		h.servers.Thaw(h.frozen - 1)
	} else {
		h.note("etcd member killed")
		h.servers.Restart(h.frozen - 1)
	}
	h.frozen = 0
}

// goOn lets a member go on.
func (h *harm) goOn(n *victim) {
	if n.stopped {
		n.signal(syscall.SIGCONT)
		n.stopped = false
	}
	if n.cut {
		n.order(order{Do: "heal"})
		n.cut = false
	}
}

func (h *harm) each(i int, do func(*etcdtest.Proxy)) {
	for _, w := range h.lines[i] {
		do(w)
	}
}

// kill kills a member and starts it again.
func (h *harm) kill(i int) {
	h.nodes[i].kill()
	h.each(i, (*etcdtest.Proxy).Heal)
	mark := h.journal.mark()
	h.nodes[i] = &victim{process: begin(h.t, h.journal, h.plan(i)), begun: mark}
	h.call(i)
}

// heal ends all harm and waits for those that start.
func (h *harm) heal() {
	if h.frozen > 0 {
		h.servers.Thaw(h.frozen - 1)
	}
	for i, n := range h.nodes {
		h.goOn(n)
		h.each(i, (*etcdtest.Proxy).Heal)
	}
	for _, n := range h.nodes {
		n.awaitStart(n.begun)
	}
}

// converge waits until what runs once does so, and nobody's calls fail any more.
func (h *harm) converge() {
	for range 20 {
		mark, at := h.journal.mark(), clock()
		elapse(fenceTTL)
		if len(h.journal.failures(mark)) == 0 && h.leaders(at) == 1 {
			return
		}
	}
	h.t.Fatal("all is well, and still: it does not work again")
}

// leaders returns how many nodes have written as the singleton since a moment.
func (h *harm) leaders(since time.Duration) int {
	h.sink.mu.Lock()
	defer h.sink.mu.Unlock()
	nodes := make(map[string]bool)
	for _, w := range h.sink.log {
		if w.Began > since && w.Key == "single/cron" {
			nodes[w.Node] = true
		}
	}
	return len(nodes)
}

// report ends the calls of all members, and adds up how they went.
func (h *harm) report() (sum event) {
	for _, n := range h.nodes {
		r := n.report()
		sum.Begun, sum.Ended, sum.Failed = sum.Begun+r.Begun, sum.Ended+r.Ended, sum.Failed+r.Failed
		sum.Longest = max(sum.Longest, r.Longest)
	}
	return sum
}
