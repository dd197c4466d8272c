package faults_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/remote/etcd/etcdtest"
)

const coastTTL = 10 * time.Second

// coast is a cluster of three members in which each calls the others' servers, by their names
// and as members of a group, and entities.
type coast struct {
	t       *testing.T
	servers *etcdtest.Servers
	journal *journal
	members []*process
}

func newCoast(t *testing.T) *coast {
	c := &coast{t: t, servers: etcdtest.Start(t, 3), journal: newJournal()}
	var tills, ids []string
	for i := range 3 {
		p := plan{
			Node: fmt.Sprintf("n%d@test", i), Endpoints: turned(c.servers.Endpoints(), i), TTL: coastTTL,
			Singles: []string{"cron"}, Shards: 8, Till: true,
		}
		c.members = append(c.members, start(t, c.journal, p))
		tills, ids = append(tills, "till/"+p.Node), append(ids, fmt.Sprint("id", i), fmt.Sprint("id", i+3))
	}
	c.journal.await(t, 0, "a leader", kind("leads", ""))
	c.warmUp(tills, ids)
	return c
}

// warmUp begins the calls, and waits until none fails: all names have been looked up, all
// groups and shards are known.
func (c *coast) warmUp(tills, ids []string) {
	for _, m := range c.members {
		m.order(order{Do: "call", What: "name", To: tills, Rate: 20, Timeout: coastTTL})
		m.order(order{Do: "call", What: "group", To: []string{"tills"}, Rate: 10, Timeout: coastTTL})
		m.order(order{Do: "call", What: "entity", To: ids, Rate: 20, Timeout: coastTTL})
	}
	for {
		mark := c.journal.mark()
		elapse(2 * time.Second)
		if len(c.journal.failures(mark)) == 0 {
			return
		}
	}
}

// report ends all calls and adds up how they went.
func (c *coast) report() (sum event) {
	for _, m := range c.members {
		r := m.report()
		sum.Begun, sum.Ended, sum.Failed = sum.Begun+r.Begun, sum.Ended+r.Ended, sum.Failed+r.Failed
		sum.Longest = max(sum.Longest, r.Longest)
	}
	return sum
}

// TestCoast_ShortOutageFailsNoCall stops all of etcd for less than a session lasts.
func TestCoast_ShortOutageFailsNoCall(t *testing.T) {
	c := newCoast(t)
	mark := c.journal.mark()
	for i := range c.servers.Len() {
		c.servers.Freeze(i)
	}
	elapse(6 * time.Second)
	for i := range c.servers.Len() {
		c.servers.Thaw(i)
	}
	elapse(2 * time.Second)
	failures := c.journal.failures(mark)
	r := c.report()
	t.Logf("etcd stopped for 6s: %d calls, %d failed, the longest took %v", r.Begun, len(failures), r.Longest)
	require.Empty(t, failures)
	require.Equal(t, r.Begun, r.Ended)
	require.Zero(t, c.journal.count(mark, kind("ended", "")), "nothing that runs once has ended")
}

// TestCoast_LongOutageEndsWhatRunsOnce ends all of etcd for longer than a session lasts.
func TestCoast_LongOutageEndsWhatRunsOnce(t *testing.T) {
	c := newCoast(t)
	mark := c.journal.mark()
	for i := range c.servers.Len() {
		c.servers.Kill(i)
	}
	stopped := clock()
	ended := c.journal.await(t, mark, "end of the leader", kind("ended", ""))
	elapse(15*time.Second - (clock() - stopped))
	mark = c.journal.mark()
	for i := range c.servers.Len() {
		c.servers.Restart(i)
	}
	for i := range c.servers.Len() {
		c.servers.Await(i)
	}
	up := clock()
	leads := c.journal.await(t, mark, "a leader", kind("leads", ""))
	t.Logf("etcd ended for 15s: the singleton acted until %v after that (goal 9s), its process ended at %v, one is back %v after etcd (goal 3s)",
		ended.Last-stopped, ended.At-stopped, leads.At-up)
	require.LessOrEqual(t, ended.Last-stopped, coastTTL*9/10)
	require.Greater(t, leads.Fence, ended.Fence)
	require.Less(t, leads.At-up, coastTTL, "it does not wait for what it lost itself to expire")
	r := c.report()
	require.Equal(t, r.Begun, r.Ended)
}
