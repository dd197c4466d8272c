package faults_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/etcd"
	"github.com/starlang-go/starlang/remote/etcd/etcdtest"
	"github.com/starlang-go/starlang/runtime"
)

var freezes = flag.Int("freezes", 1, "how many of etcd's members TestFrozenMember stops, one after the other")

const (
	frozenSessions = 40
	frozenFor      = 8 * time.Second
	frozenTTL      = 3 * time.Second
)

// TestFrozenMember stops etcd's members in turn, without ending them, the leader last. With a
// follower stopped no session is lost, whichever member its node talks to; of leases that the
// client's own KeepAlive renews some are.
//
// With the leader some may be lost. An election takes up to two election timeouts of 1 s, and
// a session of 3 s that was renewed 0.6 s ago has 2.1 s. And before a leader that goes on learns that it
// leads no more, etcd, 3.7 too, may end every lease that was renewed elsewhere meanwhile
// (https://github.com/etcd-io/etcd/issues/15247). Then each node sees its session lost, and
// has the next one.
func TestFrozenMember(t *testing.T) {
	servers := etcdtest.Start(t, 3)
	kept := keepSessions(t, servers)
	others := keepLeases(t, servers)
	for round := range *freezes {
		member := servers.Leader()
		leads := round == servers.Len()-1
		if !leads {
			member = (member + 1 + round) % servers.Len()
		}
		servers.Freeze(member)
		elapse(frozenFor)
		meanwhile := kept.lost(t)
		servers.Thaw(member)
		servers.Await(member)
		elapse(frozenTTL)
		lost, byKeepAlive := kept.lost(t), others.lost(t)
		t.Logf("stopped for %v (leader: %v): of %d sessions %d lost meanwhile, %d in all; by KeepAlive %d",
			frozenFor, leads, frozenSessions, meanwhile, lost, byKeepAlive)
		if leads {
			kept.awaitNext(t)
			continue
		}
		require.Zero(t, lost)
	}
	require.NotZero(t, others.lost(t), "what the client does by itself is to fail here: else the test shows nothing")
}

// kept are sessions of nodes in this process.
type kept struct {
	clusters []*cluster.Cluster
	sessions []*cluster.Session
}

func keepSessions(t *testing.T, servers *etcdtest.Servers) *kept {
	t.Helper()
	k := new(kept)
	for i := range frozenSessions {
		c := join(t, fmt.Sprintf("n%d@test", i), turned(servers.Endpoints(), i))
		s, err := c.Session()
		require.NoError(t, err)
		k.clusters, k.sessions = append(k.clusters, c), append(k.sessions, s)
	}
	return k
}

// lost returns how many of the sessions are no more.
func (k *kept) lost(t *testing.T) (n int) {
	for i, s := range k.sessions {
		if now, err := k.clusters[i].Session(); err != nil || now != s {
			n++
			t.Logf("session %d: %v", i, s.Cause())
		}
	}
	return n
}

// awaitNext waits until each node has a session.
func (k *kept) awaitNext(t *testing.T) {
	t.Helper()
	for _, c := range k.clusters {
		require.Eventually(t, func() bool {
			_, err := c.Session()
			return err == nil
		}, waitLimit, beat)
	}
}

// join starts a member in this process that leaves with the test.
func join(t *testing.T, name string, endpoints []string) *cluster.Cluster {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	d := newDirectory(t, endpoints)
	rt := runtime.MustNew(runtime.Config{Name: name, Logger: logger})
	c, err := cluster.Start(t.Context(), rt, cluster.Config{
		Name: name, Directory: d, TTL: frozenTTL, Logger: logger,
		Remote: remote.Config{Listen: "127.0.0.1:0", Logger: logger},
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, c.Leave(context.Background()))
		require.NoError(t, rt.Shutdown(context.Background()))
	})
	return c
}

// newDirectory returns a directory that is closed with the test.
func newDirectory(t *testing.T, endpoints []string) *etcd.Directory {
	t.Helper()
	d, err := etcd.New(etcd.Config{Endpoints: endpoints})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

// turned returns endpoints, beginning with the i-th.
func turned(endpoints []string, i int) []string {
	i %= len(endpoints)
	return append(append([]string(nil), endpoints[i:]...), endpoints[:i]...)
}

// leases are kept by the client's own KeepAlive, each by a client of its own.
type leases struct {
	clients []*clientv3.Client
	ids     []clientv3.LeaseID
}

func keepLeases(t *testing.T, servers *etcdtest.Servers) *leases {
	t.Helper()
	l := new(leases)
	for range frozenSessions {
		c, err := clientv3.New(clientv3.Config{Endpoints: servers.Endpoints(), Logger: zap.NewNop()})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, c.Close()) })
		granted, err := c.Grant(t.Context(), int64(frozenTTL.Seconds()))
		require.NoError(t, err)
		answers, err := c.KeepAlive(t.Context(), granted.ID)
		require.NoError(t, err)
		go func() { // ends with the lease or the client
			for range answers {
			}
		}()
		l.clients, l.ids = append(l.clients, c), append(l.ids, granted.ID)
	}
	return l
}

// lost returns how many of the leases are no more.
func (l *leases) lost(t *testing.T) (n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), waitLimit)
	defer cancel()
	for i, c := range l.clients {
		r, err := c.TimeToLive(ctx, l.ids[i])
		require.NoError(t, err)
		if r.TTL <= 0 {
			n++
		}
	}
	return n
}
