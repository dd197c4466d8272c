package remote

import (
	"context"
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

// SendRemote implements [registry.RemoteSendHook]. Messages wait for a connection
// and for room in its queue. Other signals never wait: if there is no connection,
// those that begin something wait for one in a list, and come back as noconnection
// if there will be none; those that end something have nothing to end.
func (n *Node) SendRemote(ctx context.Context, to pid.Address, env signal.Envelope) error {
	if !env.From.IsZero() && !env.From.IsLocal(n.self) {
		return &registry.SendError{To: to, Err: ErrForged}
	}
	var err error
	switch env.Kind {
	case signal.Message, signal.Raw, signal.Call, signal.Reply:
		err = n.sendMessage(ctx, &to, &env)
	default:
		err = n.sendSignal(ctx, to, env)
	}
	if err == nil {
		return nil
	}
	var failed *registry.SendError
	if errors.As(err, &failed) {
		return err
	}
	return &registry.SendError{To: to, Err: err}
}

// find returns the connection to an address if it is up, else nil. For a PID it is one to
// that very start of its node.
func (n *Node) find(to *pid.Address) *conn {
	r := n.routes.Load()
	if to.PID.IsZero() {
		return usable(r.byName[to.Name.Node])
	}
	if c := r.recent.Load(); c != nil && to.PID.IsLocal(c.peer) {
		return usable(c)
	}
	c := r.byID[to.PID.Node()]
	r.recent.Store(c)
	return usable(c)
}

// usable returns c, or nil if it is on its way out and another will take its place.
func usable(c *conn) *conn {
	if c != nil && c.leaving.Load() {
		return nil
	}
	return c
}

// sendMessage sends what has a value.
func (n *Node) sendMessage(ctx context.Context, to *pid.Address, env *signal.Envelope) error {
	for {
		c := n.find(to)
		if c == nil {
			var err error
			if c, err = n.connTo(ctx, to.NodeName(), false); err != nil {
				return err
			}
			if isStale(*to, c) {
				return registry.ErrNoProc
			}
		}
		if err := c.message(ctx, to, env); err != errIdle {
			return err
		}
	}
}

// isStale reports whether to is a PID of another start of l's node than the one
// that is connected: its process is gone.
func isStale(to pid.Address, c *conn) bool {
	return !to.PID.IsZero() && !to.PID.IsLocal(c.peer)
}

// sendSignal sends what has no value.
func (n *Node) sendSignal(ctx context.Context, to pid.Address, env signal.Envelope) error {
	c := n.find(&to)
	if c == nil {
		var err error
		if c, err = n.signalLater(to, env); c == nil {
			return err
		}
	}
	return c.signal(ctx, to, env)
}

// signalLater finds the connection for a signal or else, if the signal needs one, keeps it
// for the connection that is to come.
func (n *Node) signalLater(to pid.Address, env signal.Envelope) (*conn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	name := to.NodeName()
	p := n.peers[name]
	switch env.Kind {
	case signal.Link, signal.Monitor, signal.ExitSignal:
	default: // ends a relation: without a connection there is none
		if p == nil || p.conn == nil && p.attempt == nil {
			return nil, nil
		}
	}
	c, a, err := n.attemptTo(name, false)
	if a != nil {
		a.signals = append(a.signals, outgoing{to, env})
	}
	return c, err
}

// message queues what has a value.
func (c *conn) message(ctx context.Context, to *pid.Address, env *signal.Envelope) error {
	b := buffers.Get().(*[]byte)
	frame, err := c.appendMessage((*b)[:0], to, env, c.node.cfg.FragmentBytes)
	switch {
	case errors.Is(err, term.ErrTooLarge):
		giveBack(b, (*b)[:0])
		return c.sendLarge(ctx, *to, *env)
	case err != nil:
		giveBack(b, (*b)[:0])
		return err
	}
	err = c.enqueueMessage(ctx, frame, to, env)
	giveBack(b, frame)
	return err
}

// appendMessage appends the frame of a message of at most limit bytes, or returns
// an error that is term.ErrTooLarge.
func (c *conn) appendMessage(dst []byte, to *pid.Address, env *signal.Envelope, limit ByteCount) ([]byte, error) {
	start := len(dst)
	target := wire.To{ID: to.PID.ID(), Name: to.Name.Name}
	kind := wire.KindOf(env.Kind)
	switch env.Kind {
	case signal.Call, signal.Reply:
		dst = wire.AppendRequest(dst, kind, env.From.ID(), target, env.Ref.Raw())
	default:
		dst = wire.AppendMessage(dst, kind, env.From.ID(), target)
	}
	if env.Kind == signal.Raw {
		raw, ok := env.Value.([]byte)
		switch {
		case !ok:
			return nil, fmt.Errorf("raw signal carries a %T, not bytes", env.Value)
		case ByteCount(len(raw)) > limit:
			return nil, tooLarge(len(raw), limit)
		case raw == nil:
			raw = []byte{}
		}
		return wire.End(term.AppendBytes(dst, raw), start), nil
	}
	if s, ok := env.Value.(string); ok && ByteCount(len(s)) > limit {
		return nil, tooLarge(len(s), limit) // without having copied it
	}
	dst, err := term.Limits{MaxBytes: limit, MaxDepth: c.node.limits.MaxDepth}.AppendMessage(dst, env.Value)
	if err != nil {
		return nil, err
	}
	return wire.End(dst, start), nil
}

func tooLarge(n int, limit ByteCount) error {
	return fmt.Errorf("%w: %d bytes, the limit is %d", term.ErrTooLarge, n, limit)
}

// enqueueMessage queues the one frame of a message, or writes it.
func (c *conn) enqueueMessage(ctx context.Context, frame []byte, to *pid.Address, env *signal.Envelope) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.awaitRoomLocked(ctx, wholeFrame); err != nil {
		return err
	}
	c.noteMessageLocked(to, env)
	if c.isIdleLocked(frame) {
		c.writeDirectLocked(frame)
	} else {
		c.queueLocked(frame)
	}
	return nil
}

// noteMessageLocked is called when the last frame of a message is queued.
func (c *conn) noteMessageLocked(to *pid.Address, env *signal.Envelope) {
	c.sent++
	if env.Kind == signal.Call {
		c.relations.watch(env.Ref.Raw(), watch{env.From.ID(), wire.To{ID: to.PID.ID(), Name: to.Name.Name}})
	}
}

// signal queues what has no value, and takes note of what it begins or ends.
func (c *conn) signal(ctx context.Context, to pid.Address, env signal.Envelope) error {
	if isStale(to, c) {
		c.node.answerStale(to, env)
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state != connUp {
		return ErrLost
	}
	if ctx.Err() != nil {
		return stopped(ctx)
	}
	// The process has done so already, but the peer may have undone it since: only what
	// is done in this critical section holds.
	switch between := (pair{env.From.ID(), to.PID.ID()}); env.Kind {
	case signal.Link:
		if !c.setLink(between, true) {
			return runtime.ErrTerminated
		}
	case signal.Unlink:
		c.setLink(between, false)
	}
	c.queueSignalLocked(to, env)
	return nil
}

func (c *conn) queueSignalLocked(to pid.Address, env signal.Envelope) {
	target := wire.To{ID: to.PID.ID(), Name: to.Name.Name}
	if c.relations.noteOutgoing(env, target) {
		c.out = wire.AppendSignal(c.out, wire.KindOf(env.Kind), env.From.ID(), target, env.Ref.Raw(), env.Reason)
		c.wakeLocked()
	}
}

// answerStale answers a signal to a process of an earlier start of a node: it is
// gone.
func (n *Node) answerStale(to pid.Address, env signal.Envelope) {
	back := signal.Envelope{From: to.PID, Ref: env.Ref, Reason: signal.NoProc}
	switch env.Kind {
	case signal.Link:
		back.Kind = signal.LinkExit
	case signal.Monitor:
		back.Kind = signal.DownSignal
	default:
		return
	}
	n.arrive(env.From.ID(), arrival{env: back})
}
