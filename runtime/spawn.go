package runtime

import (
	"errors"
	"fmt"
	"time"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
)

// Body is what a process does. It runs in a goroutine of its own; the process
// ends when it returns: with reason normal for nil, with that very reason for an
// [signal.ExitReason], with "error: text" for any other error. A panic ends the
// process, not the program, and is a failure whatever its value: to end with
// reason shutdown return [signal.Shutdown]; panic(signal.Shutdown) ends with
// "error: panic: shutdown". The Context is the process's own: it must not be used
// as such by another process.
type Body func(ctx *Context) error

// SpawnOptions says how a process starts. The zero value is what Spawn uses.
type SpawnOptions struct {
	// Name is registered before the body starts. If it is taken there is no
	// process.
	Name string
	// Via is a name of a [NameService], registered before the body starts. If it
	// cannot be there is no process. The zero Via is none.
	Via Via
	// Label is a text for people, shown in reports and listings.
	Label string
	// TrapExit makes the process trap exits from its first instruction on.
	TrapExit bool
	// Link and Monitor set the relation between the spawning process and the
	// new one, before the body's first instruction. They need a spawning
	// process: [Context.SpawnOpt].
	Link, Monitor bool
	// ExitGrace is how long an exit signal other than kill waits for the body
	// to return. 0 means the runtime's.
	ExitGrace time.Duration
	// Mailbox bounds the mailbox. The zero value does not.
	Mailbox MailboxOptions

	// Behaviour is for packages that build behaviours: those who look at a node ask no
	// process that would take the question for a message.
	Behaviour Behaviour

	starting *starting // of SpawnAck
	origin   origin    // of Run: nobody may see the process without
}

// The options of the spawns that take none. Inside of the package options are passed as
// pointers: a process that spawns then gets along with the stack that it began with.
var (
	noOptions = SpawnOptions{}
	linked    = SpawnOptions{Link: true}
	monitored = SpawnOptions{Monitor: true}
)

// check returns an error that names the field which is not valid.
func (o *SpawnOptions) check(parent *process) error {
	m := &o.Mailbox
	switch {
	case (o.Link || o.Monitor) && parent == nil:
		return errors.New("options Link and Monitor need a spawning process")
	case o.ExitGrace < 0:
		return fmt.Errorf("option ExitGrace is negative: %s", o.ExitGrace)
	case m.Capacity < 0:
		return fmt.Errorf("option Mailbox.Capacity is negative: %d", m.Capacity)
	case m.Policy > mailbox.DropOldest:
		return fmt.Errorf("option Mailbox.Policy is unknown: %s", m.Policy)
	case m.Capacity == 0 && (m.Policy != mailbox.Block || m.OnDrop != nil):
		return errors.New("options Mailbox.Policy and Mailbox.OnDrop need a Mailbox.Capacity")
	}
	return nil
}

// MailboxOptions bounds a process's mailbox. A bound holds for messages and calls
// only: exits, downs and timeouts are always queued.
type MailboxOptions struct {
	// Capacity is for how many messages there is room; 0: for all.
	Capacity int
	// Policy says what happens to a message for which there is no room. A call
	// that is dropped fails with [ErrMailboxFull].
	Policy mailbox.Policy
	// OnDrop, if set, is called with each message that the policy drops, in a
	// goroutine of its own. A sender of this node waits until it returns. Its panic
	// is reported, and neither that nor a call of runtime.Goexit harms the sender.
	OnDrop func(Message)
}

// Spawn starts a process. It returns a [*SpawnError]: [ErrNilBody], [ErrStopped].
func (rt *Runtime) Spawn(body Body) (pid.PID, error) {
	p, _, err := rt.spawn(nil, &noOptions, body)
	return p, err
}

// SpawnOpt is [Runtime.Spawn] with options.
func (rt *Runtime) SpawnOpt(opts SpawnOptions, body Body) (pid.PID, error) {
	p, _, err := rt.spawn(nil, &opts, body)
	return p, err
}

// Spawn starts a process that has nothing to do with this one.
func (c *Context) Spawn(body Body) (pid.PID, error) {
	p, _, err := c.rt.spawn(c.process(), &noOptions, body)
	return p, err
}

// SpawnLink starts a process and links this one with it. Both happen or neither;
// the link stands before the body's first instruction.
func (c *Context) SpawnLink(body Body) (pid.PID, error) {
	p, _, err := c.rt.spawn(c.process(), &linked, body)
	return p, err
}

// SpawnMonitor starts a process and monitors it. The monitor stands before the
// body's first instruction, so the Down never says noproc.
func (c *Context) SpawnMonitor(body Body) (pid.PID, pid.Ref, error) {
	return c.rt.spawn(c.process(), &monitored, body)
}

// SpawnOpt starts a process with options. The Ref is that of the monitor, if one
// was asked for. Source: OTP, erlang:spawn_opt/2.
func (c *Context) SpawnOpt(opts SpawnOptions, body Body) (pid.PID, pid.Ref, error) {
	return c.rt.spawn(c.process(), &opts, body)
}

func (rt *Runtime) spawn(parent *process, opts *SpawnOptions, body Body) (pid.PID, pid.Ref, error) {
	p, ref, err := rt.prepare(parent, opts, body)
	if err != nil {
		return pid.PID{}, pid.Ref{}, err
	}
	go p.run(body) // ends with the body; Shutdown waits for it, or reports it
	return p.pid(), ref, nil
}

// prepare makes a process that is alive in every respect, except that its body
// has yet to start.
func (rt *Runtime) prepare(parent *process, opts *SpawnOptions, body Body) (*process, pid.Ref, error) {
	if err := rt.mayPrepare(parent, opts, body); err != nil {
		return spawnFailed(opts, err)
	}
	p := &process{rt: rt, id: rt.node.NextPID().ID(), goroutine: true, started: time.Since(rt.birth)}
	p.origin = opts.origin | opts.Behaviour.origin()
	if parent != nil {
		p.origin |= origin(parent.id)
	}
	if parent != nil && rt.hooks.any() {
		p.inherit(parent)
	}
	p.apply(opts)
	ref, ok := p.relate(parent, opts)
	if !ok {
		return spawnFailed(opts, ErrTerminated)
	}
	if err := p.enter(); err != nil {
		return spawnFailed(opts, err)
	}
	if err := p.announce(parent, opts); err != nil {
		p.withdraw(parent, ref)
		return spawnFailed(opts, err)
	}
	if rt.tracers.on() {
		p.traceSpawned(opts, body)
	}
	return p, ref, nil
}

// mayPrepare returns why there is to be no process.
func (rt *Runtime) mayPrepare(parent *process, opts *SpawnOptions, body Body) error {
	switch {
	case body == nil:
		return ErrNilBody
	case rt.stopping.Load():
		return ErrStopped
	}
	if err := opts.check(parent); err != nil {
		return err
	}
	if parent != nil && !parent.running() {
		return ErrTerminated
	}
	return nil
}

func spawnFailed(opts *SpawnOptions, err error) (*process, pid.Ref, error) {
	return nil, pid.Ref{}, &SpawnError{opts.Name, err}
}
