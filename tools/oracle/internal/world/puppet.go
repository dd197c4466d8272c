package world

import (
	"context"
	"errors"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

// puppet is a process of a scenario. Its fields are the driver's.
type puppet struct {
	name   string
	node   *runtime.Runtime
	pid    pid.PID
	handle runtime.ProcessHandle
	ended  chan struct{} // closed when the body has returned

	box    []message // its mailbox in canonical order, when last settled
	dead   bool      // when last settled
	reason signal.ExitReason
}

// order is what the driver has a puppet do, in the puppet's own goroutine. An
// order that returns an ending makes the puppet end so.
type order struct {
	do   func(*runtime.Context) *ending
	done chan struct{} // closed when do has returned and the puppet lives on
}

// ending is how a body returns.
type ending struct{ err error }

// ImmutableTerm lets an order reach the puppet as it is. While the puppet carries
// it out the driver waits, so they share what do refers to in turns.
func (*order) ImmutableTerm() {}

func isOrder(m runtime.Message) bool {
	_, is := m.Value().(*order)
	return is
}

// body is what the process does.
func (p *puppet) body(ctx *runtime.Context) error {
	defer close(p.ended)
	for {
		m, err := ctx.RecvMatch(isOrder)
		if err != nil {
			return err
		}
		o := m.Value().(*order)
		if end := o.do(ctx); end != nil {
			return end.err
		}
		close(o.done)
	}
}

// spawnedBy starts p as a child of the process of ctx.
func (p *puppet) spawnedBy(ctx *runtime.Context, opts runtime.SpawnOptions) (ref pid.Ref, err error) {
	if p.node == ctx.Runtime() {
		p.pid, ref, err = ctx.SpawnOpt(opts, p.body)
		return ref, err
	}
	err = remote.Of(p.node).RegisterFunc(p.name, func(ctx *runtime.Context, _ any) error {
		ctx.SetTrapExit(opts.TrapExit)
		return p.body(ctx)
	})
	if err != nil {
		return ref, err
	}
	here, there := remote.Of(ctx.Runtime()), p.node.Node().Name()
	if opts.Link {
		p.pid, err = here.SpawnLink(ctx, there, p.name, nil)
		return ref, err
	}
	p.pid, ref, err = here.SpawnMonitor(ctx, there, p.name, nil)
	return ref, err
}

// nothing is what a puppet does that is only to show that it can.
func nothing(*runtime.Context) *ending { return nil }

// obey has the puppet carry out do and waits until it has, or has ended.
func (p *puppet) obey(do func(*runtime.Context) *ending) error {
	o := &order{do, make(chan struct{})}
	err := p.handle.Send(context.Background(), o)
	if errors.Is(err, runtime.ErrNoProc) {
		return nil // its end shows once all has settled
	}
	if err != nil {
		return err
	}
	select {
	case <-o.done:
	case <-p.ended:
	}
	return nil
}

// hasEnded reports whether the body has returned. The runtime learns that a moment
// later.
func (p *puppet) hasEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// crash returns what a body returns to end with reason: a failure is an ordinary
// error of Go, as it would be in a program.
func crash(reason signal.ExitReason) *ending {
	if reason.IsError() {
		return &ending{errors.New(reason.Text())}
	}
	return &ending{reason}
}
