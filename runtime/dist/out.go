package dist

import (
	"context"
	"errors"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// send takes note of what a signal of this node's begins or ends, and gives it to the
// carrier.
func (p *Peer) send(ctx context.Context, to *pid.Address, env *signal.Envelope) error {
	switch env.Kind {
	case signal.Message, signal.Raw:
		return p.carrier.Send(ctx, *to, *env)
	case signal.Reply:
		err := p.carrier.Send(ctx, *to, *env)
		if errors.Is(err, ErrBusy) {
			p.refuseReply(*to, env.ReplyTo)
		}
		return err
	case signal.Call:
		return p.call(ctx, to, env)
	}
	setLink := func(linked bool) bool { return p.port.inlet.SetLink(env.From, to.PID, linked) }
	return p.signal(ctx, Signal{Envelope: *env, To: *to}, setLink)
}

// refuseReply ends a call whose reply finds no room: its caller has asked for more than it
// takes, and shall not wait for what will not come.
func (p *Peer) refuseReply(to pid.Address, r signal.ReplyTo) {
	call := Signal{Envelope: signal.Envelope{Kind: signal.Call, From: to.PID, Ref: r.Ref()}}
	p.endWatched(&call, signal.Error("reply: "+ErrBusy.Error()))
}

// call sends a request. What it watches is noted before, so that no answer comes too
// early; if the connection is lost meanwhile, that ends the call.
func (p *Peer) call(ctx context.Context, to *pid.Address, env *signal.Envelope) error {
	if env.Ref.IsZero() {
		return p.carrier.Send(ctx, *to, *env)
	}
	if !p.watch(to, env) {
		return ErrLost
	}
	err := p.carrier.Send(ctx, *to, *env)
	if err != nil {
		p.mu.Lock()
		remove(&p.watching, env.Ref)
		p.unlock()
	}
	return err
}

func (p *Peer) watch(to *pid.Address, env *signal.Envelope) bool {
	p.mu.Lock()
	defer p.unlock()
	if !p.over {
		put(&p.watching, env.Ref, watch{env.From.ID(), to.PID.ID(), to.Name.Name})
	}
	return !p.over
}

// signal sends what is no message. What the process has done and what the peer is told is
// one step with what is noted here: else the peer could undo it in between, and the two
// sides would disagree for good. setLink makes the process's own side of a link what the
// signal says, and reports whether the process runs; after a signal that has waited the
// process's side is what it has made of it since.
func (p *Peer) signal(ctx context.Context, s Signal, setLink func(linked bool) (running bool)) error {
	p.mu.Lock()
	defer p.unlock()
	if p.over {
		return ErrLost
	}
	if ctx.Err() != nil {
		return stopped(ctx)
	}
	between := pair{s.From.ID(), s.To.PID.ID()}
	switch s.Kind {
	case signal.Link:
		if !setLink(true) {
			return runtime.ErrTerminated
		}
		p.links.begin(between)
	case signal.Unlink:
		setLink(false)
		if !p.links.unlink(between) {
			return nil
		}
		p.unlinks++
		s.Number = p.unlinks
	case signal.LinkExit:
		if !p.links.exit(between) {
			return nil
		}
	case signal.Monitor:
		put(&p.watching, s.Ref, watch{s.From.ID(), s.To.PID.ID(), s.To.Name.Name})
	case signal.Demonitor:
		if _, ok := remove(&p.watching, s.Ref); !ok {
			return nil
		}
	case signal.DownSignal:
		w, ok := remove(&p.watched, s.Ref)
		if !ok {
			return nil
		}
		s.Name = w.name
	}
	err := p.carrier.Signal(ctx, s)
	if err != nil {
		p.undoLocked(&s, between)
	}
	return err
}

// undoLocked forgets what a signal was to begin that the carrier has not taken.
func (p *Peer) undoLocked(s *Signal, between pair) {
	switch s.Kind {
	case signal.Link:
		p.links.exit(between)
	case signal.Monitor:
		remove(&p.watching, s.Ref)
	}
}

// answerLocked tells the peer something that is no process's own doing. If the connection
// is closed already, its loss says the same.
func (p *Peer) answerLocked(s Signal) {
	_ = p.carrier.Signal(context.Background(), s)
}
