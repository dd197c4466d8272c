package cluster_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/clustertest"
	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/remote/cluster/directory/memory"
	"github.com/starlang-go/starlang/runtime"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// inLab runs a test with a lab in a bubble, where time costs nothing.
func inLab(t *testing.T, test func(t *testing.T, l *clustertest.Lab)) {
	synctest.Test(t, func(t *testing.T) { test(t, clustertest.New(t, 1)) })
}

// session returns the session that a node has.
func session(l *clustertest.Lab, n *clustertest.Node) *cluster.Session {
	l.T.Helper()
	s, err := n.Session()
	require.NoError(l.T, err)
	return s
}

// after lets time pass.
func after(d time.Duration) { <-time.After(d) }

const ttl = clustertest.TTL

func TestSession_IsLateThenLostWithoutRenewal(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		n := l.Start("a@test")
		s := session(l, n)
		after(ttl / 5) // a renewal was sent just now
		synctest.Wait()
		n.Client.SetFaults(memory.Faults{Cut: true})
		after(ttl*6/10 - time.Millisecond)
		require.Equal(t, cluster.Good, s.State())
		after(2 * time.Millisecond)
		require.Equal(t, cluster.Late, s.State())
		require.True(t, s.Open(), "late, and not lost")
		_, err := s.Claim(t.Context(), directory.Claim{Key: "/x"})
		require.ErrorIs(t, err, cluster.ErrLate)
		after(ttl*3/10 - 3*time.Millisecond)
		require.True(t, s.Open())
		after(2 * time.Millisecond)
		require.False(t, s.Open())
		require.Equal(t, cluster.Lost, s.State())
		<-s.Lost()
		require.Error(t, s.Cause())
		n.Client.SetFaults(memory.Faults{})
	})
}

func TestSession_CountsFromTheSending(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		n := l.Start("a@test")
		s := session(l, n)
		n.Client.SetFaults(memory.Faults{Delay: func() time.Duration { return ttl / 17 }}) // 2/17 < 1/8
		after(ttl)
		synctest.Wait()
		// The last renewal was answered after it was sent; the gate must not count from then.
		n.Client.SetFaults(memory.Faults{Cut: true})
		cut := time.Now()
		<-s.Lost()
		require.Less(t, time.Since(cut), ttl*9/10)
		n.Client.SetFaults(memory.Faults{})
	})
}

func TestSession_KillsWhatItOwns(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		n := l.Start("a@test")
		s := session(l, n)
		killed := make(chan struct{})
		_, ok := s.Own(func() { close(killed) })
		require.True(t, ok)
		disown, ok := s.Own(func() { t.Error("killed what was disowned") })
		require.True(t, ok)
		disown()
		n.Client.SetFaults(memory.Faults{Cut: true})
		<-killed
		<-s.Lost()
		_, ok = s.Own(func() { t.Error("owned by a lost session") })
		require.False(t, ok)
		n.Client.SetFaults(memory.Faults{})
	})
}

func TestSession_AnotherFollowsALostOne(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		n := l.Start("a@test")
		first := session(l, n)
		n.Client.SetFaults(memory.Faults{Cut: true})
		<-first.Lost()
		synctest.Wait()
		_, err := n.Session()
		require.ErrorIs(t, err, cluster.ErrNoSession)
		n.Client.SetFaults(memory.Faults{})
		after(2 * ttl)
		require.NotEqual(t, first.ID(), session(l, n).ID())
		require.Equal(t, 1, l.Store.Sessions())
	})
}

// An engine that was down lets the time of sessions begin anew when it is back: a node that
// waited for its own to end would come back a whole TTL later.
func TestSession_LostOneIsClosedOnceTheDirectoryIsBack(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		l.Store.SetGrace(func() time.Duration { return 20 * ttl })
		n := l.Start("a@test")
		first := session(l, n)
		n.Client.SetFaults(memory.Faults{Down: true})
		<-first.Lost()
		after(2 * ttl)
		require.NotZero(t, l.Store.Sessions(), "what was lost is still there")
		n.Client.SetFaults(memory.Faults{})
		after(ttl / 2)
		require.NotEqual(t, first.ID(), session(l, n).ID())
		require.Equal(t, 1, l.Store.Sessions())
	})
}

func TestSession_ShutAtOnceAfterAFreeze(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		n := l.Start("a@test")
		s := session(l, n)
		n.Freeze()
		after(2 * ttl)
		n.Thaw()
		require.False(t, s.Open())
		<-s.Lost()
	})
}

func TestSession_ShutAfterASuspendUntilItIsRenewed(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		n := l.Start("a@test")
		s := session(l, n)
		n.Clock.SetWall(time.Minute)
		require.Equal(t, cluster.Late, s.State())
		require.False(t, s.Open())
		after(ttl / 20)
		require.True(t, s.Open(), "renewed soon, and not at the next tick only")
		require.Equal(t, cluster.Good, s.State())
	})
}

func TestSession_LostWhenItsKeyIsGone(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		n := l.Start("a@test")
		s := session(l, n)
		other := l.Store.Client()
		defer other.Close()
		l.Store.Revoke(s.ID())
		synctest.Wait()
		require.False(t, s.Open())
		<-s.Lost()
	})
}

func TestSession_ClearsUpAnUnknownClaim(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		n := l.Start("a@test")
		s := session(l, n)
		n.Client.SetFaults(memory.Faults{Mute: true})
		time.AfterFunc(ttl/3, func() { n.Client.SetFaults(memory.Faults{}) })
		claim := directory.Claim{Key: "/x", Value: []byte("1")}
		held, err := s.Claim(t.Context(), claim)
		require.NoError(t, err)
		require.True(t, s.Holds(held[0], claim))
	})
}

func TestSession_ReleasesWhatNobodyWaitsFor(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		n := l.Start("a@test")
		s := session(l, n)
		n.Client.SetFaults(memory.Faults{Mute: true})
		ctx, cancel := context.WithTimeout(t.Context(), ttl/10)
		_, err := s.Claim(ctx, directory.Claim{Key: "/x", Value: []byte("1")})
		cancel()
		require.ErrorIs(t, err, directory.ErrUnknown)
		require.Equal(t, 2, l.Store.Len(), "it was claimed all the same")
		n.Client.SetFaults(memory.Faults{})
		after(ttl / 2)
		require.Equal(t, 1, l.Store.Len())
		require.True(t, s.Open())
	})
}

func TestMembers_JoinLeaveAndCrash(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a := l.Start("a@test")
		seen := watch(l, a)
		b := l.Start("b@test", func(c *cluster.Config) { c.Roles = []string{"db"} })
		joined := (<-seen).(cluster.Joined)
		require.Equal(t, "b@test", joined.Member.Node)
		require.True(t, joined.Member.HasRole("db"))
		require.Len(t, a.Members(), 2)
		b.Stop()
		require.Equal(t, "b@test", (<-seen).(cluster.Leaving).Member.Node)
		require.Equal(t, "b@test", (<-seen).(cluster.Left).Member.Node)
		c := l.Start("c@test")
		require.Equal(t, "c@test", (<-seen).(cluster.Joined).Member.Node)
		crashed := time.Now()
		c.Crash()
		require.Equal(t, "c@test", (<-seen).(cluster.Left).Member.Node)
		require.LessOrEqual(t, time.Since(crashed), ttl)
		require.Len(t, a.Members(), 1)
	})
}

// watch returns what a process of the node is told of members.
func watch(l *clustertest.Lab, n *clustertest.Node) <-chan any {
	seen := make(chan any, 100)
	ready := make(chan struct{})
	_, err := n.Runtime().Spawn(func(ctx *runtime.Context) error {
		n.Monitor(ctx)
		close(ready)
		for m, err := ctx.Recv(); ; m, err = ctx.Recv() {
			if err != nil {
				return err
			}
			switch v := m.Value().(type) {
			case cluster.Joined, cluster.Leaving, cluster.Left:
				seen <- v
			}
		}
	})
	require.NoError(l.T, err)
	<-ready
	return seen
}

func TestStart_WaitsForTheSessionOfTheStartBefore(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a := l.Start("a@test")
		creation := a.Members()[0].Creation
		a.Crash()
		begun := time.Now()
		again := l.Start("a@test")
		require.LessOrEqual(t, time.Since(begun), ttl+ttl/10)
		synctest.Wait()
		require.NotEqual(t, creation, again.Members()[0].Creation)
	})
}

func TestStart_RefusesANameThatIsTaken(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		l.Start("a@test")
		_, err := l.TryStart("a@test", func(c *cluster.Config) {
			c.Remote = l.Net.Config("elsewhere@test")
			c.Remote.Logger = c.Logger
		})
		require.ErrorIs(t, err, cluster.ErrNodeNameTaken)
	})
}

func TestStart_EndsWithItsContext(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		rt := runtime.MustNew(runtime.Config{Name: "a@test"})
		client := l.Store.Client()
		client.SetFaults(memory.Faults{Cut: true})
		ctx, cancel := context.WithTimeout(t.Context(), ttl)
		defer cancel()
		_, err := cluster.Start(ctx, rt, cluster.Config{Remote: l.Net.Config("a@test"), Directory: client})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		client.Close()
		require.NoError(t, rt.Shutdown(t.Context()))
	})
}
