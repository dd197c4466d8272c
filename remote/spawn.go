package remote

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

// Func is a function that other nodes may spawn. arg is what the spawner gave.
type Func func(ctx *runtime.Context, arg any) error

// RegisterFunc allows other nodes to spawn processes that run f, under a name. Only
// what was registered can be spawned from elsewhere. A second registration of the
// same name replaces the first.
func (n *Node) RegisterFunc(name string, f Func) error {
	if name == "" || len(name) > wire.MaxFunctionBytes || f == nil {
		return fmt.Errorf("remote: register function %q: it needs a name of 1 to %d bytes and a body", name, wire.MaxFunctionBytes)
	}
	n.funcs.Store(name, f)
	return nil
}

// Spawn starts a process on another node. It runs the function that was registered
// there under the name, see [Node.RegisterFunc]. arg travels like a message, of
// whatever length a message may have. Spawn
// returns an error that is [ErrNotSpawnable] or [ErrNoConnection]; or the cause of
// ctx, if that ends first: then the process may run.
func (n *Node) Spawn(ctx context.Context, node, function string, arg any) (pid.PID, error) {
	return n.spawn(ctx, node, function, arg, false)
}

// SpawnLink is [Node.Spawn] of a process that is linked with the calling one before
// its first instruction.
func (n *Node) SpawnLink(ctx *runtime.Context, node, function string, arg any) (pid.PID, error) {
	p, err := n.spawn(ctx, node, function, arg, true)
	if err != nil {
		return p, err
	}
	if err := ctx.Link(p); err != nil {
		n.endHeld(p)
		return pid.PID{}, err
	}
	n.letGo(p)
	return p, nil
}

// SpawnMonitor is [Node.Spawn] of a process that the calling one monitors before
// its first instruction.
func (n *Node) SpawnMonitor(ctx *runtime.Context, node, function string, arg any) (pid.PID, pid.Ref, error) {
	p, err := n.spawn(ctx, node, function, arg, true)
	if err != nil {
		return p, pid.Ref{}, err
	}
	ref := ctx.Monitor(p)
	if ref.IsZero() {
		n.endHeld(p)
		return pid.PID{}, ref, runtime.ErrTerminated
	}
	n.letGo(p)
	return p, ref, nil
}

var errNoNumber = errors.New("the node answers with no process")

func (n *Node) spawn(ctx context.Context, node, function string, arg any, held bool) (pid.PID, error) {
	from, _ := runtime.TryCurrentPID(ctx)
	q := &query{frame: func(req uint64, limit ByteCount) ([]byte, error) {
		head := wire.AppendSpawn(nil, req, from.ID(), function, held)
		whole, err := term.Limits{MaxBytes: limit, MaxDepth: n.limits.MaxDepth}.AppendMessage(head, arg)
		if err != nil {
			return nil, err
		}
		return frame.End(whole, 0), nil
	}}
	if held { // nobody would release it
		q.unasked = func(c *conn, a answer) {
			if p, err := c.processIn(a); err == nil {
				c.endHeld(p)
			}
		}
	}
	var p pid.PID
	c, a := n.askQuery(ctx, node, q)
	err := a.err
	if err == nil {
		p, err = c.processIn(a)
	}
	if err == nil && p.IsZero() {
		err = errNoNumber
	}
	if err != nil {
		return pid.PID{}, fmt.Errorf("spawn %q on %s: %w", function, node, err)
	}
	return p, nil
}

// endHeld ends a process that was spawned held and has lost its spawner, as a link with
// that one would.
func (c *conn) endHeld(p pid.PID) {
	if !p.IsZero() {
		exit := signal.Frame{Kind: signal.ExitSignal, To: p.ID(), Reason: signal.NoProc}
		c.answerFrame(exit.Append(nil))
	}
}

func (n *Node) endHeld(p pid.PID) {
	if c := n.connOf(p); c != nil {
		c.endHeld(p)
	}
}

// connOf returns the connection to the node of p, nil if there is none.
func (n *Node) connOf(p pid.PID) *conn { return n.routes.Load().byID[p.Node()] }

// letGo makes a process begin that was spawned held. If the connection is lost
// instead, the process ends.
func (n *Node) letGo(p pid.PID) {
	if c := n.connOf(p); c != nil {
		c.answerFrame(wire.AppendRelease(nil, p.ID()))
	}
}

// spawnIn answers a spawn. If its argument came in fragments decoding may take long: then it
// is not done here, and neither if it runs code of the program.
func (n *Node) spawnIn(c *conn, f *wire.Frame, whole bool) error {
	function, ok := n.funcs.Load(string(f.Name))
	if !ok {
		c.failed(f.Ref, failureNotSpawnable, "no function of this name may be spawned")
		return nil
	}
	s := spawned{function.(Func), f.Ref, newGate(f.Held)}
	if whole {
		n.spawnAside(c, s, f.Value)
		return nil
	}
	arg, ok, err := c.decoder.TryDecode(f.Value)
	switch {
	case err != nil:
		c.failed(f.Ref, failureArgument, err.Error())
		return nil
	case !ok:
		n.spawnAside(c, s, append([]byte(nil), f.Value...))
		return nil
	}
	return n.begin(c, s, arg)
}

// spawned is a process that a peer has asked for.
type spawned struct {
	function Func
	req      uint64
	gate     gate
}

// spawnWeight is what a spawn takes beside its argument while that is decoded, about.
const spawnWeight = 32 << 10

// spawnAside answers a spawn once its argument, which does not change, is decoded.
func (n *Node) spawnAside(c *conn, s spawned, arg []byte) {
	weight := spawnWeight + ByteCount(len(arg))
	c.relations.Charge(weight)
	n.wg.Go(func() { // ends with DecodeTimeout, or with the node; Close waits for it
		defer c.relations.Charge(-weight)
		v, err := n.argument(c, arg)
		if err != nil {
			c.failed(s.req, failureArgument, textOf(err))
			return
		}
		if err := n.begin(c, s, v); err != nil {
			c.finishWith(goodbyeOverload, err.Error(), CauseOverload, err)
		}
	})
}

// argument decodes the argument of a spawn.
func (n *Node) argument(c *conn, b []byte) (any, error) {
	limit := n.cfg.DecodeTimeout + time.Duration(len(b))*time.Microsecond
	ctx, cancel := context.WithTimeoutCause(n.ctx, limit, errDecode)
	defer cancel()
	return guarded(ctx, &c.hungArgs, n.cfg.MaxHungDecoders, func() (any, error) { return n.limits.DecodeMessage(b) }, nil)
}

var errDecode = errors.New("decoding it takes longer than DecodeTimeout")

// begin starts the process.
func (n *Node) begin(c *conn, s spawned, arg any) error {
	p, err := n.rt.Spawn(func(ctx *runtime.Context) error {
		if err := s.gate.pass(ctx); err != nil {
			return err
		}
		return s.function(ctx, arg)
	})
	switch {
	case errors.Is(err, runtime.ErrStopped):
		c.failed(s.req, failureStopped, err.Error())
		return nil
	case err != nil:
		c.failed(s.req, failureOther, err.Error())
		return nil
	}
	err = n.hold(c, p.ID(), s.gate)
	c.respond(s.req, term.AppendUint(nil, p.ID()))
	return err
}

func (c *conn) failed(req, code uint64, text string) {
	c.answerFrame(wire.AppendFailure(nil, req, code, text))
}

// gate is where a process waits that was spawned held: for a value. If the connection is
// lost it gets an exit signal instead. A nil gate is open.
type gate chan struct{}

func newGate(held bool) gate {
	if !held {
		return nil
	}
	return make(gate, 1)
}

func (g gate) pass(ctx *runtime.Context) error {
	if g == nil {
		return nil
	}
	select {
	case <-g:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// hold takes note of a process that waits at a gate.
func (n *Node) hold(c *conn, id uint64, g gate) error {
	if g == nil {
		return nil
	}
	torn, err := c.tryHold(id, g)
	if torn { // the connection was lost meanwhile
		_ = n.rt.Exit(c.local(id), signal.NoConnection)
	}
	return err
}

func (c *conn) tryHold(id uint64, g gate) (torn bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.torn {
		return true, nil
	}
	put(&c.held, id, g)
	c.heldSpawns.set(int64(len(c.held)))
	if len(c.held) > c.cfg.MaxHeldSpawns || c.heldSpawns.exceeded() {
		return false, errHeld
	}
	return false, nil
}

// release opens the gate of a process.
func (c *conn) release(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if g, ok := remove(&c.held, id); ok {
		g <- struct{}{} // has room: it is released once
		c.heldSpawns.set(int64(len(c.held)))
	}
}
