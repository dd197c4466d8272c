package runtime

import (
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/term"
)

// lastReply is a reply that is sent when its process has ended.
type lastReply struct {
	to From
	v  any
}

// ReplyAtEnd is [Context.Reply] that answers the call when the process has ended: who
// gets the reply finds its name free. It comes before all that tells of the end. v is
// copied now, and what cannot be sent is an error now.
func (c *Context) ReplyAtEnd(to From, v any) error {
	if to == (From{}) {
		return ErrNotCall
	}
	v, err := term.Isolate(v)
	if err != nil {
		return &SendError{To: pid.Address{PID: to.PID}, Err: err}
	}
	p := c.process()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.running() {
		return ErrTerminated
	}
	r := p.rareLocked()
	r.lastReplies = append(r.lastReplies, lastReply{to, v})
	return nil
}

// takeLastReplies takes the replies that are to be sent now that the process is Dead,
// with its mu held.
func (r *record) takeLastReplies() []lastReply {
	if r.rare == nil {
		return nil
	}
	all := r.rare.lastReplies
	r.rare.lastReplies = nil
	return all
}

func (p *process) sendLastReplies(all []lastReply) {
	for _, last := range all {
		if q, ok := p.rt.registry.Get(last.to.PID); ok {
			q.finishCall(last.to.Ref, last.v, nil)
		} else if last.to.PID.IsRemote(p.rt.node.ID()) {
			p.rt.signalAway(last.to.PID, signal.Envelope{Kind: signal.Reply, From: p.pid(), Ref: last.to.Ref, Value: last.v})
		}
	}
}
