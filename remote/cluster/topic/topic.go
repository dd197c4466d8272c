package topic

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/group"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

// Message is what a subscriber receives.
type Message struct {
	Topic string
	Value any
}

// post is a message on its way to the relay of a node.
type post struct {
	Topic string
	Value any
}

func init() {
	term.MustRegister[Message]("starlang.topic.message")
	term.MustRegister[post]("starlang.topic.post")
	term.MustRegisterError("topic.not_subscribed", ErrNotSubscribed)
}

// ErrNotSubscribed tells that the process has no subscription to the topic.
var ErrNotSubscribed = errors.New("topic: process has not subscribed")

// Options says how topics behave. The zero value is fine.
type Options struct {
	// Drop makes Publish leave out a node whose connection is full, instead of waiting
	// for it.
	Drop bool
}

// Topics is a set of topics on this node. All goroutines may share it. It ends with the
// cluster's membership.
type Topics struct {
	rt      *runtime.Runtime
	opts    Options
	relays  *group.Scope // a group for each topic, of the relays of the nodes that want it
	relay   pid.PID
	dropped atomic.Uint64 // publishes a count only
}

// topicsKey is what Topics are attached to their cluster under.
type topicsKey string

// opening is Topics, or why there are none.
type opening struct {
	topics *Topics
	err    error
}

// Open opens a set of topics, or returns the one that is open, with the options that it
// has.
func Open(c *cluster.Cluster, name string, opts Options) (*Topics, error) {
	relays, err := group.Open(c, "topic/"+name)
	if err != nil {
		return nil, err
	}
	o := c.Attach(topicsKey(name), func() any {
		t, err := open(c, relays, opts)
		return opening{t, err}
	}).(opening)
	return o.topics, o.err
}

func open(c *cluster.Cluster, relays *group.Scope, opts Options) (*Topics, error) {
	t := &Topics{rt: c.Runtime(), opts: opts, relays: relays}
	r := newRelay(t)
	var err error
	t.relay, err = t.rt.SpawnOpt(runtime.SpawnOptions{Label: "topic relay " + relays.Name(), TrapExit: true}, r.run)
	if err != nil {
		return nil, fmt.Errorf("topic: %w", err)
	}
	go func() { // ends with the cluster or with the relay, whichever is first
		select {
		case <-c.Done():
			_ = t.rt.Exit(t.relay, signal.Shutdown)
		case <-r.ended:
		}
	}()
	return t, nil
}

// Subscribe makes the process that ctx carries receive what is published to a topic, as a
// [Message]. On this node that is so when Subscribe returns; other nodes learn of it. A
// second subscription of one process changes nothing.
func (t *Topics) Subscribe(ctx context.Context, topic string) error {
	return t.ask(ctx, topic, true)
}

// Unsubscribe ends a subscription. What is in the mailbox stays. It returns
// ErrNotSubscribed if there is none.
func (t *Topics) Unsubscribe(ctx context.Context, topic string) error {
	return t.ask(ctx, topic, false)
}

func (t *Topics) ask(ctx context.Context, topic string, on bool) error {
	p, err := runtime.CurrentPID(ctx)
	if err != nil {
		return fmt.Errorf("topic: %w", err)
	}
	ok, err := runtime.Call[bool](ctx, t.relay, &request{p, topic, on})
	switch {
	case err != nil:
		return fmt.Errorf("topic: %w", err)
	case !ok:
		return ErrNotSubscribed
	}
	return nil
}

// Publish sends v to all subscribers of a topic. ctx carries the process in whose name it
// is done, or is made by runtime.NewContext, and bounds the wait for nodes that take
// nothing. The error tells which nodes were not sent to; the others were.
func (t *Topics) Publish(ctx context.Context, topic string, v any) error {
	var errs []error
	for _, relay := range t.relays.Members(topic) {
		if err := t.send(ctx, relay, post{topic, v}); err != nil {
			errs = append(errs, fmt.Errorf("topic: publish to %s: %w", relay.Node().Name(), err))
		}
	}
	return errors.Join(errs...)
}

func (t *Topics) send(ctx context.Context, relay pid.PID, p post) error {
	c, ok := runtime.FromContext(ctx)
	if !t.opts.Drop || !ok {
		return runtime.Send(ctx, relay, p)
	}
	err := c.TrySend(relay, p)
	if err != nil && !errors.Is(err, runtime.ErrTerminated) {
		t.dropped.Add(1)
		return nil
	}
	return err
}

// Subscribers returns how many nodes have a subscriber of a topic, as far as is known
// here.
func (t *Topics) Subscribers(topic string) int { return len(t.relays.Members(topic)) }

// Dropped returns how many messages were not delivered because a mailbox or a
// connection was full.
func (t *Topics) Dropped() uint64 { return t.dropped.Load() }
