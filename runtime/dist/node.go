package dist

import (
	"context"
	"errors"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

// node is what a port knows about another name. All is guarded by the port's mu.
//
// State machine (only these edges):
//
//	(none) --a signal--> dialling --Up--> flushing --queue empty--> up --Down--> (none)
//	   |                    '--Failed--> (none)                             ^
//	   '--Up----------------------------------------------------------------'
type node struct {
	up       *Peer         // nil while dialling
	queueing bool          // signals wait in queue; false once all of it is on its way
	queue    []outgoing    // nil unless queueing
	bytes    int64         // of the messages in queue
	room     chan struct{} // closed when queue gets shorter; nil if nobody waits
}

// outgoing is a signal that waits for a connection.
type outgoing struct {
	to  pid.Address
	env signal.Envelope
}

// outgoingBytes is what a message takes beside its value, about: not less than the head
// of its frame.
const outgoingBytes = 128

// sendLater is SendRemote when no connection is up.
func (p *Port) sendLater(ctx context.Context, to pid.Address, env signal.Envelope) error {
	if p.isStale(&to) {
		return p.answerStale(to, env)
	}
	switch env.Kind {
	case signal.Reply:
		return p.replyLater(to, env)
	case signal.Message, signal.Raw, signal.Call:
		size, err := p.encode(to, &env)
		if err != nil {
			return err
		}
		return p.queue(ctx, outgoing{to, env}, int64(size)+outgoingBytes)
	}
	return p.queue(ctx, outgoing{to, env}, 0)
}

// replyLater lets a reply wait with what else does for its node, if that is being connected
// to. It makes no connection, and it waits for no room: its server does not.
func (p *Port) replyLater(to pid.Address, env signal.Envelope) error {
	p.mu.Lock()
	connecting := p.nodes[to.NodeName()] != nil
	p.mu.Unlock()
	if !connecting {
		return registry.ErrNoConnection
	}
	size, err := p.encode(to, &env)
	if err != nil {
		return err
	}
	return p.queue(registry.NoWait(context.Background()), outgoing{to, env}, int64(size)+outgoingBytes)
}

// Dial begins to connect to a node, as a message to it does, and returns without waiting.
// It is for those who are going to reply to callers that others have handed on to them: a
// reply makes no connection, but waits for one that is being made.
func (p *Port) Dial(name string) error {
	p.mu.Lock()
	known := p.nodes[name] != nil
	if !known {
		p.nodes[name] = &node{queueing: true}
	}
	p.mu.Unlock()
	if known {
		return nil
	}
	err := p.dialler.Dial(name)
	if err != nil {
		p.failed(name, err, nil)
	}
	return err
}

// encode makes the value of env one that can be kept, and returns its size.
func (p *Port) encode(to pid.Address, env *signal.Envelope) (size int, err error) {
	if raw, ok := env.Value.([]byte); ok && env.Kind == signal.Raw {
		env.Value = append(make([]byte, 0, len(raw)), raw...)
		return len(raw), nil
	}
	b, err := p.cfg.Encode(to, env)
	if err != nil {
		return 0, err
	}
	env.Value = b
	return len(b), nil
}

// isStale reports whether to is a PID of another start of its node than the one that is
// connected: its process is gone.
func (p *Port) isStale(to *pid.Address) bool {
	peer := p.routes.Load().byName[to.NodeName()]
	return peer != nil && !peer.isFor(to)
}

// answerStale answers a signal to a process that is gone.
func (p *Port) answerStale(to pid.Address, env signal.Envelope) error {
	switch env.Kind {
	case signal.Message, signal.Raw, signal.Call, signal.Reply:
		return registry.ErrNoProc
	}
	p.bounce(outgoing{to, env}, signal.NoProc)
	return nil
}

// queue keeps a signal until its node is connected, and lets the dialler connect.
func (p *Port) queue(ctx context.Context, o outgoing, size int64) error {
	name := o.to.NodeName()
	for {
		dial, room, err := p.tryQueue(ctx, name, o, size)
		switch {
		case err != nil:
			return err
		case room == nil && !dial:
			return nil
		case dial:
			if err := p.dialler.Dial(name); err != nil {
				p.failed(name, err, &o)
				return err
			}
			return nil
		}
		select {
		case <-room:
		case <-ctx.Done():
			return stopped(ctx)
		}
	}
}

// tryQueue is one attempt of queue. If there is no room it returns what is closed when
// there may be.
func (p *Port) tryQueue(ctx context.Context, name string, o outgoing, size int64) (dial bool, room <-chan struct{}, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if ctx.Err() != nil {
		return false, nil, stopped(ctx)
	}
	n := p.nodes[name]
	switch {
	case n == nil && !begins(o.env.Kind):
		return false, nil, nil
	case n == nil:
		p.nodes[name] = &node{queueing: true, queue: []outgoing{o}, bytes: size}
		return true, nil, nil
	case !n.queueing: // up, as of just now, or going down
		return false, nil, p.sendNowUnlocked(ctx, n.up, o)
	case size > 0 && n.bytes >= int64(p.cfg.QueueBytes):
		if p.cfg.Refuse || !registry.MayWait(ctx) {
			return false, nil, ErrBusy
		}
		if n.room == nil {
			n.room = make(chan struct{})
		}
		return false, n.room, nil
	}
	n.queue = append(n.queue, o)
	n.bytes += size
	return false, nil, nil
}

// sendNowUnlocked sends o to a peer with mu unlocked.
func (p *Port) sendNowUnlocked(ctx context.Context, peer *Peer, o outgoing) error {
	p.mu.Unlock()
	defer p.mu.Lock()
	if !peer.isFor(&o.to) {
		return p.answerStale(o.to, o.env)
	}
	err := peer.send(ctx, &o.to, &o.env)
	if errors.Is(err, ErrLeaving) {
		err = ErrLost // it was idle, but is not any more: that is a matter of a moment
	}
	return err
}

// giveUp makes signals wait for the connection after peer's.
func (p *Port) giveUp(peer *Peer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := p.nodes[peer.id.Name()]; n != nil && n.up == peer {
		n.queueing = true
		p.publishLocked()
	}
}

// isFor reports whether an address is not one of another start of the peer's node.
func (p *Peer) isFor(to *pid.Address) bool { return to.PID.IsZero() || to.PID.IsLocal(p.id) }

// sendQueued sends what has waited for the connection. Its sender has gone on since, and
// may have ended; that, too, is behind it in the queue.
func (p *Peer) sendQueued(ctx context.Context, o outgoing) error {
	switch {
	case !p.isFor(&o.to):
		return p.port.answerStale(o.to, o.env)
	case o.env.Kind == signal.Link || o.env.Kind == signal.Unlink:
		return p.signal(ctx, Signal{Envelope: o.env, To: o.to}, func(bool) bool { return true })
	}
	return p.send(ctx, &o.to, &o.env)
}

// begins reports whether a signal is worth a connection: one that ends a relation is
// not, since without a connection there is none.
func begins(k signal.Kind) bool {
	switch k {
	case signal.Message, signal.Raw, signal.Call, signal.Link, signal.Monitor, signal.ExitSignal:
		return true
	}
	return false
}

// Failed tells that an attempt to connect which [Dialler.Dial] has begun has failed. What
// waited for it comes back as noconnection, or is lost. It must not be called with a lock
// held that Dial takes.
func (p *Port) Failed(node string, err error) { p.failed(node, err, nil) }

// failed is Failed; but, the signal of the one who has begun it, is not bounced: its sender
// gets the error.
func (p *Port) failed(name string, _ error, but *outgoing) {
	p.mu.Lock()
	n := p.nodes[name]
	if n == nil || n.up != nil {
		p.mu.Unlock()
		return
	}
	delete(p.nodes, name)
	lost := n.takeQueueLocked()
	p.mu.Unlock()
	for i, o := range lost {
		if i == 0 && but != nil {
			continue // it was the first: its sender made the entry
		}
		p.bounce(o, signal.NoConnection)
	}
}

// takeQueueLocked empties the queue and lets those who wait for room look again.
func (n *node) takeQueueLocked() []outgoing {
	all := n.queue
	n.queue, n.bytes = nil, 0
	if n.room != nil {
		close(n.room)
		n.room = nil
	}
	return all
}

// bounce gives the sender of a signal that cannot arrive what is due to it.
func (p *Port) bounce(o outgoing, reason signal.ExitReason) {
	back, ok := signal.Answer(o.to, o.env, reason)
	if !ok {
		p.lost(o.to, o.env, reason)
		return
	}
	if back.Kind == signal.LinkExit {
		if then := p.inlet.LinkExit(o.env.From, back.From, reason); then != nil {
			then()
		}
		return
	}
	_ = p.inlet.Deliver(o.env.From, back)
}

// dropped reports whether a message that could not be sent because of err is dropped.
func (p *Port) dropped(ctx context.Context, to pid.Address, env signal.Envelope, err error) bool {
	if !p.cfg.Drop || !mayBeLost(env.Kind) || !registry.MayWait(ctx) || !errors.Is(err, ErrBusy) {
		return false
	}
	p.lost(to, env, ErrBusy)
	return true
}

// lost tells of a message that is lost though its send returns nil. That nobody is there any
// more is nothing to tell of.
func (p *Port) lost(to pid.Address, env signal.Envelope, why error) {
	if !mayBeLost(env.Kind) || errors.Is(why, registry.ErrNoProc) {
		return
	}
	if b, ok := env.Value.(Encoded); ok {
		env.Value = decoded(b)
	}
	p.inlet.Lost(to, env, why)
}

// mayBeLost reports whether a signal is one whose loss ends nothing that others would learn of.
func mayBeLost(k signal.Kind) bool { return k == signal.Message || k == signal.Raw }

// maxShownBytes is up to which length a message that is lost is decoded to tell its type.
const maxShownBytes = 4 << 10

// decoded returns what b stands for, as far as that takes little and none of the program's
// methods, else b.
func decoded(b Encoded) any {
	if len(b) <= maxShownBytes {
		if v, ok, err := term.NewMessageDecoder(term.Limits{}).TryDecode(b); ok && err == nil {
			return v
		}
	}
	return b
}

// stopped returns what a send returns whose context has ended.
func stopped(ctx context.Context) error {
	if _, process := ctx.(*runtime.Context); process {
		return runtime.ErrTerminated
	}
	return context.Cause(ctx)
}
