package remote

import (
	"context"
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/remote/internal/conn"
	"github.com/starlang-go/starlang/remote/internal/guard"
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
	request := func(req uint64, limit ByteCount) ([]byte, error) {
		head := wire.AppendSpawn(nil, req, from.ID(), function, held)
		whole, err := term.Limits{MaxBytes: limit, MaxDepth: n.limits.MaxDepth}.AppendMessage(head, arg)
		if err != nil {
			return nil, err
		}
		return frame.End(whole, 0), nil
	}
	var undo func(c *conn.Conn, a conn.Answer)
	if held { // nobody would release it
		undo = func(c *conn.Conn, a conn.Answer) {
			if p, err := c.Process(a); err == nil {
				endHeld(c, p)
			}
		}
	}
	var p pid.PID
	c, a := n.askOrUndo(ctx, node, request, undo)
	err := a.Err
	if err == nil {
		p, err = c.Process(a)
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
func endHeld(c *conn.Conn, p pid.PID) {
	if !p.IsZero() {
		exit := signal.Frame{Kind: signal.ExitSignal, To: p.ID(), Reason: signal.NoProc}
		c.Queue(exit.Append(nil))
	}
}

func (n *Node) endHeld(p pid.PID) {
	if c := n.connOf(p); c != nil {
		endHeld(c, p)
	}
}

// connOf returns the connection to the node of p, nil if there is none.
func (n *Node) connOf(p pid.PID) *conn.Conn { return n.routes.Load().byID[p.Node()] }

// letGo makes a process begin that was spawned held. If the connection is lost
// instead, the process ends.
func (n *Node) letGo(p pid.PID) {
	if c := n.connOf(p); c != nil {
		c.Queue(wire.AppendRelease(nil, p.ID()))
	}
}

// spawnIn answers a spawn. If its argument came in fragments decoding may take long: then it
// is not done here, and neither if it runs code of the program.
func (n *Node) spawnIn(c *conn.Conn, f *wire.Frame, whole bool) error {
	function, ok := n.funcs.Load(string(f.Name))
	if !ok {
		c.Fail(f.Ref, wire.FailureNotSpawnable, "no function of this name may be spawned")
		return nil
	}
	s := spawned{function.(Func), f.Ref, newGate(f.Held)}
	if whole {
		n.spawnAside(c, s, f.Value)
		return nil
	}
	arg, ok, err := c.TryDecode(f.Value)
	switch {
	case err != nil:
		c.Fail(f.Ref, wire.FailureArgument, err.Error())
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
func (n *Node) spawnAside(c *conn.Conn, s spawned, arg []byte) {
	weight := spawnWeight + ByteCount(len(arg))
	c.Charge(weight)
	n.wg.Go(func() { // ends with DecodeTimeout, or with the node; Close waits for it
		defer c.Charge(-weight)
		v, err := c.DecodeArgument(arg)
		if err != nil {
			c.Fail(s.req, wire.FailureArgument, guard.Text(err))
			return
		}
		if err := n.begin(c, s, v); err != nil {
			c.Overload(err)
		}
	})
}

// begin starts the process.
func (n *Node) begin(c *conn.Conn, s spawned, arg any) error {
	p, err := n.rt.Spawn(func(ctx *runtime.Context) error {
		if err := s.gate.pass(ctx); err != nil {
			return err
		}
		return s.function(ctx, arg)
	})
	switch {
	case errors.Is(err, runtime.ErrStopped):
		c.Fail(s.req, wire.FailureStopped, err.Error())
		return nil
	case err != nil:
		c.Fail(s.req, wire.FailureOther, err.Error())
		return nil
	}
	err = n.hold(c, p.ID(), s.gate)
	c.Respond(s.req, term.AppendUint(nil, p.ID()))
	return err
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
func (n *Node) hold(c *conn.Conn, id uint64, g gate) error {
	if g == nil {
		return nil
	}
	over, err := c.Hold(id, func() { g <- struct{}{} }) // has room: it is released once
	if over {                                           // the connection was lost meanwhile
		_ = n.rt.Exit(c.Local(id), signal.NoConnection)
	}
	return err
}
