package faults_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
	"golang.org/x/sys/unix"

	"github.com/starlang-go/starlang/remote/etcd/etcdtest"
)

var inNetns = flag.Bool("netns", false, "run TestNetns, which needs to be root")

const (
	// netnsVariable tells that the program is in a network of its own.
	netnsVariable = "STARLANG_FAULTS_NETNS"
	netnsTTL      = 3 * time.Second
	netnsHosts    = 5
	netnsMinority = 3 // the first host of those that are cut off
)

// TestNetns has five hosts, each a network namespace with a member of etcd and one of the
// cluster. Two of them are cut off from the others, in the kernel, without a word: what ran once
// there ends before it runs elsewhere.
func TestNetns(t *testing.T) {
	switch {
	case !*inNetns:
		t.Skip("-netns says that it may")
	case os.Getenv(netnsVariable) == "":
		inOwnNetwork(t)
		return
	}
	n := newNetwork(t)
	n.startMembers()
	old := n.leaders(0)
	n.moveLeader()
	n.set("add")
	cut, mark := clock(), n.journal.mark()
	var act, take time.Duration
	for _, name := range n.names {
		ended := n.journal.await(t, mark, "end of "+name, func(e event) bool { return e.Kind == "ended" && e.Key == name })
		leads := n.journal.await(t, mark, "start of "+name, func(e event) bool { return e.Kind == "leads" && e.Key == name })
		require.Equal(t, old[name].Node, ended.Node)
		require.True(t, n.isMajority(leads.Node), leads.Node)
		require.Greater(t, leads.Last, ended.Last, "two act")
		require.Greater(t, leads.Fence, ended.Fence)
		act, take = max(act, ended.Last-cut), max(take, leads.At-cut)
	}
	t.Logf("cut off: %d singletons acted until %v (goal %v), run elsewhere after %v (goal %v)",
		len(n.names), act, netnsTTL*9/10, take, netnsTTL+time.Second)
	require.LessOrEqual(t, act, netnsTTL*9/10)
	require.Less(t, take, noise*(netnsTTL+time.Second))
	elapse(netnsTTL)
	n.set("del")
	n.converge()
	for name, leads := range n.leaders(mark) {
		require.True(t, n.isMajority(leads.Node), "%s moved to %s", name, leads.Node)
	}
}

// inOwnNetwork runs the test once more, in a network and a tree of mounts of its own.
func inOwnNetwork(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run", "^TestNetns$", "-test.v", "-netns")
	cmd.Env = append(os.Environ(), netnsVariable+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	out, err := cmd.CombinedOutput()
	t.Log(string(out))
	require.NoError(t, err)
}

// network is five hosts around this one, which routes between them.
type network struct {
	t       *testing.T
	journal *journal
	servers *etcdtest.Servers
	members []*process
	names   []string // of singletons
}

func newNetwork(t *testing.T) *network {
	require.NoError(t, unix.Mount("tmpfs", "/run", "tmpfs", 0, "")) // where ip keeps the names of namespaces
	require.NoError(t, os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0))
	var hosts []etcdtest.Host
	for i := range netnsHosts {
		ip(t, "netns add h%d", i)
		ip(t, "link add v%d type veth peer name eth0 netns h%d", i, i)
		ip(t, "addr add 10.77.%d.1/24 dev v%d", i, i)
		ip(t, "link set v%d up", i)
		ip(t, "-n h%d addr add 10.77.%d.2/24 dev eth0", i, i)
		ip(t, "-n h%d link set eth0 up", i)
		ip(t, "-n h%d link set lo up", i)
		ip(t, "-n h%d route add default via 10.77.%d.1", i, i)
		hosts = append(hosts, etcdtest.Host{Address: fmt.Sprintf("10.77.%d.2", i), Within: within(i)})
	}
	return &network{t: t, journal: newJournal(), servers: etcdtest.StartAt(t, hosts...), names: []string{"s0", "s1", "s2", "s3"}}
}

// within is what runs a program on a host.
func within(i int) []string { return []string{"ip", "netns", "exec", fmt.Sprint("h", i)} }

func ip(t *testing.T, format string, args ...any) {
	t.Helper()
	out, err := exec.Command("ip", strings.Fields(fmt.Sprintf(format, args...))...).CombinedOutput()
	require.NoError(t, err, "ip %s: %s", fmt.Sprintf(format, args...), out)
}

// startMembers starts the minority first: so it has what runs once.
func (n *network) startMembers() {
	n.members = make([]*process, netnsHosts)
	for k := range netnsHosts {
		i := (netnsMinority + k) % netnsHosts
		address := fmt.Sprintf("10.77.%d.2", i)
		n.members[i] = start(n.t, n.journal, plan{
			Node: fmt.Sprintf("n%d@%s", i, address), Listen: address + ":7000", TTL: netnsTTL,
			Endpoints: turned(n.servers.Endpoints(), i), Singles: n.names, Till: true,
		}, within(i)...)
		if k > 0 {
			continue
		}
		for _, name := range n.names {
			n.journal.await(n.t, 0, "start of "+name, func(e event) bool { return e.Kind == "leads" && e.Key == name })
		}
	}
}

func (n *network) isMajority(node string) bool {
	for _, m := range n.members[:netnsMinority] {
		if m.plan.Node == node {
			return true
		}
	}
	return false
}

// leaders returns who has each singleton, after what was told since a place. There must be one.
func (n *network) leaders(mark int) map[string]event {
	of := make(map[string]event)
	events, _ := n.journal.since(mark)
	for _, e := range events {
		switch {
		case e.Kind == "leads":
			if now, ok := of[e.Key]; ok {
				n.t.Fatalf("%s has %s and %s", e.Key, now.Node, e.Node)
			}
			of[e.Key] = e
		case e.Kind == "ended" && of[e.Key].Node == e.Node:
			delete(of, e.Key)
		}
	}
	require.Len(n.t, of, len(n.names))
	return of
}

// moveLeader makes a member of etcd lead that stays with the majority: an election would add
// to what is measured.
func (n *network) moveLeader() {
	leader := n.servers.Leader()
	if leader < netnsMinority {
		return
	}
	c, err := clientv3.New(clientv3.Config{Endpoints: n.servers.Endpoints()[leader : leader+1], Logger: zap.NewNop()})
	require.NoError(n.t, err)
	defer c.Close()
	first, err := c.Status(n.t.Context(), n.servers.Endpoints()[0])
	require.NoError(n.t, err)
	_, err = c.MoveLeader(n.t.Context(), first.Header.MemberId)
	require.NoError(n.t, err)
	require.Zero(n.t, n.servers.Leader())
	elapse(netnsTTL) // the time of all leases has begun anew; they are renewed as ever by now
}

// set adds or deletes what swallows all that goes from one side to the other.
func (n *network) set(do string) {
	for a := netnsMinority; a < netnsHosts; a++ {
		for b := range netnsMinority {
			ip(n.t, "rule %s from 10.77.%d.0/24 to 10.77.%d.0/24 blackhole", do, a, b)
			ip(n.t, "rule %s from 10.77.%d.0/24 to 10.77.%d.0/24 blackhole", do, b, a)
		}
	}
}

// converge waits until every node has every other in its group, and calls all of them.
func (n *network) converge() {
	for _, m := range n.members {
		m.order(order{Do: "call", What: "group", To: []string{"tills"}, Rate: 5, Timeout: netnsTTL})
	}
	for range 20 {
		mark := n.journal.mark()
		elapse(netnsTTL)
		if failures := n.journal.failures(mark); len(failures) == 0 {
			return
		}
	}
	n.t.Fatal("the network is whole, and still: calls fail")
}
