package topic

import (
	"slices"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// request is what a process of this node asks its relay for. It never travels.
type request struct {
	pid   pid.PID
	topic string
	on    bool
}

// ImmutableTerm says that a request may be shared: nobody changes it.
func (*request) ImmutableTerm() {}

// relay is the process of a node that gets what its subscribers want, and copies it.
type relay struct {
	topics *Topics
	ended  chan struct{}

	of    map[string][]pid.PID // subscribers by topic; Invariant: none is empty
	watch map[pid.PID]pid.Ref  // subscribers, by their monitor
}

func newRelay(t *Topics) *relay {
	return &relay{
		topics: t, ended: make(chan struct{}),
		of: make(map[string][]pid.PID), watch: make(map[pid.PID]pid.Ref),
	}
}

func (r *relay) run(ctx *runtime.Context) error {
	defer close(r.ended)
	for {
		m, err := ctx.Recv()
		if err != nil {
			return err
		}
		switch v := m.Value().(type) {
		case post:
			r.copy(ctx, v)
		case *request:
			from, _ := m.From()
			_ = ctx.Reply(from, r.obey(ctx, v))
		case signal.Down:
			r.subscriberDown(ctx, v)
		case signal.Exit:
			return v.Reason
		}
	}
}

// copy delivers a message to all subscribers of this node. It waits for none.
func (r *relay) copy(ctx *runtime.Context, p post) {
	for _, to := range r.of[p.Topic] {
		if ctx.TrySend(to, Message(p)) != nil {
			r.topics.dropped.Add(1)
		}
	}
}

func (r *relay) obey(ctx *runtime.Context, q *request) bool {
	has := slices.Contains(r.of[q.topic], q.pid)
	switch {
	case q.on && !has:
		r.add(ctx, q)
	case !q.on && has:
		r.remove(ctx, q.topic, q.pid)
	case !q.on:
		return false
	}
	return true
}

// add adds a subscriber. With the first of a topic this node begins to want it.
func (r *relay) add(ctx *runtime.Context, q *request) {
	if _, ok := r.watch[q.pid]; !ok {
		r.watch[q.pid] = ctx.Monitor(q.pid)
	}
	if len(r.of[q.topic]) == 0 {
		_ = r.topics.relays.Join(ctx, q.topic) // it fails only when the cluster is left
	}
	r.of[q.topic] = append(r.of[q.topic], q.pid)
}

func (r *relay) remove(ctx *runtime.Context, topic string, p pid.PID) {
	r.of[topic] = slices.DeleteFunc(r.of[topic], func(q pid.PID) bool { return q == p })
	if len(r.of[topic]) == 0 {
		delete(r.of, topic)
		_ = r.topics.relays.Leave(ctx, topic)
	}
}

func (r *relay) subscriberDown(ctx *runtime.Context, d signal.Down) {
	if r.watch[d.PID] != d.Ref {
		return
	}
	delete(r.watch, d.PID)
	for topic, of := range r.of {
		if slices.Contains(of, d.PID) {
			r.remove(ctx, topic, d.PID)
		}
	}
}
