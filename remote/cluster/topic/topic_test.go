package topic_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/clustertest"
	"github.com/starlang-go/starlang/remote/cluster/discover"
	"github.com/starlang-go/starlang/remote/cluster/topic"
	"github.com/starlang-go/starlang/runtime"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type node struct {
	*clustertest.Node
	*topic.Topics
}

func start(l *clustertest.Lab, name string, opts topic.Options) node {
	n := l.Start(name, func(c *cluster.Config) {
		c.Directory = nil
		c.Discover = discover.Static{"a@test", "b@test", "c@test"}
	})
	t, err := topic.Open(n.Cluster, "test", opts)
	require.NoError(l.T, err)
	return node{n, t}
}

func inLab(t *testing.T, test func(t *testing.T, l *clustertest.Lab)) {
	synctest.Test(t, func(t *testing.T) { test(t, clustertest.New(t, 1)) })
}

// settle lets the nodes find each other.
func settle() {
	<-time.After(5 * clustertest.TTL)
	synctest.Wait()
}

// subscriber starts a process that subscribes and passes on what it gets.
func (n node) subscriber(t *testing.T, topics ...string) (<-chan topic.Message, pid.PID) {
	got := make(chan topic.Message, 1000)
	ready := make(chan error)
	p, err := n.Runtime().Spawn(func(ctx *runtime.Context) error {
		for _, name := range topics {
			ready <- n.Subscribe(ctx, name)
		}
		for {
			m, err := runtime.Receive[topic.Message](ctx)
			if err != nil {
				return err
			}
			got <- m
		}
	})
	require.NoError(t, err)
	for range topics {
		require.NoError(t, <-ready)
	}
	return got, p
}

func (n node) publish(t *testing.T, name string, values ...any) {
	err := n.Runtime().Run(t.Context(), func(ctx *runtime.Context) error {
		var errs []error
		for _, v := range values {
			errs = append(errs, n.Publish(ctx, name, v))
		}
		return errors.Join(errs...)
	})
	require.NoError(t, err)
}

func TestTopic_ReachesSubscribersOfAllNodesInOrder(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a, b, c := start(l, "a@test", topic.Options{}), start(l, "b@test", topic.Options{}), start(l, "c@test", topic.Options{})
		l.Net.SetDelay(0, 20*time.Millisecond)
		atA, _ := a.subscriber(t, "room")
		atB, _ := b.subscriber(t, "room")
		atB2, _ := b.subscriber(t, "room")
		other, _ := b.subscriber(t, "hall")
		settle()
		require.Equal(t, 2, c.Subscribers("room"))
		values := make([]any, 100)
		for i := range values {
			values[i] = i
		}
		c.publish(t, "room", values...)
		for _, got := range []<-chan topic.Message{atA, atB, atB2} {
			for i := range values {
				require.Equal(t, topic.Message{Topic: "room", Value: i}, <-got)
			}
		}
		require.Empty(t, other)
	})
}

func TestTopic_OneFrameForEachNode(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a, b := start(l, "a@test", topic.Options{}), start(l, "b@test", topic.Options{})
		for range 10 {
			b.subscriber(t, "room")
		}
		settle()
		before := messagesOut(a)
		a.publish(t, "room", 1, 2, 3)
		synctest.Wait()
		require.Equal(t, before+3, messagesOut(a))
	})
}

func messagesOut(n node) (sum uint64) {
	for _, c := range n.Cluster.Node().Stats().Conns {
		sum += c.MessagesOut
	}
	return sum
}

func TestTopic_EndAndUnsubscribeTakeOut(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a, b := start(l, "a@test", topic.Options{}), start(l, "b@test", topic.Options{})
		_, p := b.subscriber(t, "room", "hall")
		settle()
		require.Equal(t, 1, a.Subscribers("room"))
		require.NoError(t, b.Runtime().Exit(p, signal.Kill))
		synctest.Wait()
		require.Zero(t, a.Subscribers("room"))
		require.Zero(t, a.Subscribers("hall"))
		err := a.Runtime().Run(t.Context(), func(ctx *runtime.Context) error {
			require.ErrorIs(t, a.Unsubscribe(ctx, "room"), topic.ErrNotSubscribed)
			require.NoError(t, a.Subscribe(ctx, "room"))
			require.NoError(t, a.Subscribe(ctx, "room"))
			require.NoError(t, a.Unsubscribe(ctx, "room"))
			return nil
		})
		require.NoError(t, err)
	})
}

func TestTopic_FullSubscriberHoldsNobodyUp(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a := start(l, "a@test", topic.Options{})
		ready := make(chan error, 1)
		_, err := a.Runtime().SpawnOpt(runtime.SpawnOptions{
			Mailbox: runtime.MailboxOptions{Capacity: 2, Policy: mailbox.Block},
		}, func(ctx *runtime.Context) error {
			ready <- a.Subscribe(ctx, "room")
			<-ctx.Done()
			return nil
		})
		require.NoError(t, err)
		require.NoError(t, <-ready)
		got, _ := a.subscriber(t, "room")
		a.publish(t, "room", 1, 2, 3, 4, 5)
		for i := range 5 {
			require.Equal(t, i+1, (<-got).Value)
		}
		synctest.Wait()
		require.Equal(t, uint64(3), a.Dropped())
	})
}

// flood publishes more than a connection holds.
func (n node) flood(t *testing.T) error {
	return n.Runtime().Run(t.Context(), func(ctx *runtime.Context) error {
		for range 100 {
			if err := n.Publish(ctx, "room", make([]byte, 1<<15)); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestTopic_SlowNodeMakesPublishWait(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a, b := start(l, "a@test", topic.Options{}), start(l, "b@test", topic.Options{})
		b.subscriber(t, "room")
		settle()
		b.Isolate(true)
		require.ErrorContains(t, a.flood(t), "b@test", "it waited until the node was lost")
		b.Isolate(false)
	})
}

func TestTopic_SlowNodeMissesByOption(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a, b := start(l, "a@test", topic.Options{Drop: true}), start(l, "b@test", topic.Options{})
		b.subscriber(t, "room")
		settle()
		b.Isolate(true)
		require.NoError(t, a.flood(t))
		require.NotZero(t, a.Dropped())
		b.Isolate(false)
	})
}
