package runtimetest

import (
	"context"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// Driver is a server without a goroutine: its methods run in the test's, one message at a
// time, when the test says so. It has a real process, so they may do all that they do
// elsewhere; what is sent to it waits in its mailbox for a Step. A panic of a method is
// the test's. Only the test's goroutine may use a Driver.
type Driver struct {
	n       *Node
	park    *park
	stepper *genserver.Stepper
	effects Effects
}

// Effects are what the server has done, besides changing its state and replying, since
// the test had it do something.
type Effects struct {
	genserver.Effects
	Sent []Sent // messages, casts and calls of the server to others, in order
}

// Sent is a message that a driven server has sent.
type Sent struct {
	To    pid.Address
	Value any
}

// Drive starts a server that is driven, and fails the test if that cannot be: Init has
// returned, and what it has asked for is done. The test keeps the server's value, to set
// and to look at the state.
func Drive(n *Node, server any) *Driver {
	n.t.Helper()
	d, err := TryDrive(n, server, genserver.Options{})
	if err != nil {
		n.t.Fatalf("runtimetest: start of %T: %v", server, err)
	}
	return d
}

// TryDrive is Drive with options, of which it regards Name, Label, TrapExit and
// CallTimeout, and that returns why the server does not start.
func TryDrive(n *Node, server any, opts genserver.Options) (*Driver, error) {
	n.t.Helper()
	label := opts.Label
	if label == "" {
		label = "driven"
	}
	d := &Driver{n: n, park: n.newPark(runtime.SpawnOptions{Name: opts.Name, Label: label, TrapExit: opts.TrapExit})}
	n.watch.drive(d.park.p)
	n.SetTraced(d.park.p, runtime.TraceSent)
	stepper, err := genserver.NewStepper(d.park.ctx, server, opts)
	if err != nil {
		d.park.end(signal.Normal)
		return nil, err
	}
	d.stepper = stepper
	d.took(stepper.Settle())
	return d, nil
}

// PID returns the server's PID.
func (d *Driver) PID() pid.PID { return d.park.p }

// Effects returns those of what the test has last had the server do.
func (d *Driver) Effects() Effects { return d.effects }

// took keeps the effects of a step, and ends the process if the server has stopped.
func (d *Driver) took(e genserver.Effects) {
	d.effects = Effects{e, d.n.watch.takeSent(d.park.p)}
	if e.Stop != nil {
		d.n.watch.allow(d.park.p) // the test has it in its hands
		d.park.end(*e.Stop)
	}
}

// Step has the server handle the oldest message in its mailbox, for which it waits: of a
// timer, a monitor, or whatever another process has sent. It fails the test if none comes.
func (d *Driver) Step() {
	d.n.t.Helper()
	d.step(func(runtime.Message) bool { return true })
}

func (d *Driver) step(match func(runtime.Message) bool) {
	d.n.t.Helper()
	e, err := d.stepper.Step(match, d.n.cfg.Timeout)
	d.must(err)
	d.took(e)
}

// stepAfter has the server handle the message that send has sent it, and not those that
// were there before.
func (d *Driver) stepAfter(send func() error) {
	d.n.t.Helper()
	earlier := d.park.ctx.QueueLen()
	d.must(send())
	d.step(func(runtime.Message) bool {
		earlier--
		return earlier < 0
	})
}

// Timeout has the server's HandleTimeout called, as when the time of SetTimeout is over.
func (d *Driver) Timeout() { d.took(d.stepper.Timeout()) }

// Cast has the server handle a cast.
func (d *Driver) Cast(msg any) {
	d.n.t.Helper()
	d.stepAfter(func() error { return genserver.Cast(d.n.Context(), d.park.p, msg) })
}

// Info has the server handle a message that is neither a call nor a cast.
func (d *Driver) Info(msg any) {
	d.n.t.Helper()
	d.stepAfter(func() error { return d.n.Send(d.n.Context(), d.park.p, msg) })
}

func (d *Driver) must(err error) {
	d.n.t.Helper()
	if err != nil {
		d.n.t.Fatalf("runtimetest: %v", err)
	}
}

// Call has the server handle a call, and returns what the caller gets. A server that does
// not reply at once fails the test: that is what Begin is for.
func Call[R any, Q genserver.Request[R]](d *Driver, q Q) (R, error) {
	d.n.t.Helper()
	return answerOf(Begin[R](d, q))
}

// CallAs is Call of a server that routes by itself, see genserver.CallAs.
func CallAs[R any](d *Driver, req any) (R, error) {
	d.n.t.Helper()
	return answerOf(BeginAs[R](d, req))
}

func answerOf[R any](c *Pending[R]) (r R, err error) {
	c.d.n.t.Helper()
	if !c.Replied() {
		c.d.n.t.Fatalf("runtimetest: the server has not replied yet: use Begin")
	}
	return c.Wait()
}

// Pending is a call that a driven server has seen, and may reply to later.
type Pending[R any] struct {
	d      *Driver
	caller pid.PID
	result chan outcome[R] // capacity 1
	got    *outcome[R]     // what was in result; nil: not taken yet
}

type outcome[R any] struct {
	reply R
	err   error
}

// Begin has the server handle a call, whether it replies to it or not.
func Begin[R any, Q genserver.Request[R]](d *Driver, q Q) *Pending[R] {
	d.n.t.Helper()
	return begin(d, func(ctx context.Context) (R, error) { return genserver.Call[R](ctx, d.park.p, q) })
}

// BeginAs is Begin as CallAs is Call.
func BeginAs[R any](d *Driver, req any) *Pending[R] {
	d.n.t.Helper()
	return begin(d, func(ctx context.Context) (R, error) { return genserver.CallAs[R](ctx, d.park.p, req) })
}

// begin makes a call in a process of its own, which ends with the call, and has the server
// handle it.
func begin[R any](d *Driver, call func(context.Context) (R, error)) *Pending[R] {
	d.n.t.Helper()
	c := &Pending[R]{d: d, result: make(chan outcome[R], 1)}
	caller, err := d.n.SpawnOpt(runtime.SpawnOptions{Label: "caller"}, func(ctx *runtime.Context) error {
		reply, err := call(runtime.WithCallTimeout(ctx, runtime.NoTimeout))
		c.result <- outcome[R]{reply, err}
		return nil
	})
	d.must(err)
	c.caller = caller
	d.step(func(m runtime.Message) bool {
		from, is := m.From()
		return is && from.PID == caller
	})
	return c
}

// Replied reports whether the call is answered, or has failed.
func (c *Pending[R]) Replied() bool {
	for w := range c.d.n.Waits() {
		if w.Caller == c.caller {
			return c.d.effects.Stop != nil // then the reply is on its way
		}
	}
	return true
}

// Wait waits for the reply, and returns what the caller gets. It fails the test if
// nothing comes.
func (c *Pending[R]) Wait() (R, error) {
	c.d.n.t.Helper()
	if c.got == nil {
		timer := time.NewTimer(c.d.n.cfg.Timeout)
		defer timer.Stop()
		select {
		case got := <-c.result:
			c.got = &got
		case <-timer.C:
			c.d.n.t.Fatalf("runtimetest: the server has not replied")
		}
	}
	return c.got.reply, c.got.err
}
