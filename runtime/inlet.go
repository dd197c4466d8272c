package runtime

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime/internal/inlet"
)

// door is a Runtime as the packages of this module see it that extend it.
type door Runtime

var _ inlet.Runtime = (*door)(nil)

func init() {
	inlet.Of = func(rt any) inlet.Runtime { return (*door)(rt.(*Runtime)) }
}

func (d *door) runtime() *Runtime { return (*Runtime)(d) }

// Attach implements [inlet.Runtime].
func (d *door) Attach(key, v any) (kept any, wasThere bool) { return d.attached.LoadOrStore(key, v) }

// Attached implements [inlet.Runtime].
func (d *door) Attached(key any) any {
	v, _ := d.attached.Load(key)
	return v
}

// Logger implements [inlet.Runtime].
func (d *door) Logger() *slog.Logger { return d.runtime().logger() }

// LogLevel implements [inlet.Runtime].
func (d *door) LogLevel() *slog.LevelVar { return d.cfg.LogLevel }

// ProfileLabels implements [inlet.Runtime].
func (d *door) ProfileLabels() bool { return d.cfg.ProfileLabels }

// Peek implements [inlet.Runtime].
func (d *door) Peek(p pid.PID, n int) (values []any, queued int, whole bool, err error) {
	q, ok := d.registry.Get(p)
	if !ok {
		return nil, 0, false, ErrNoProc
	}
	messages, whole := q.box.Peek(n)
	for _, m := range messages {
		values = append(values, m.Value())
	}
	return values, q.box.Len(), whole, nil
}

// Offer implements [inlet.Runtime].
func (d *door) Offer(to pid.PID, env signal.Envelope) (queued bool, err error) {
	p, m, err := d.receiver(to, &env)
	if err != nil {
		return false, err
	}
	if queued, err = p.box.Offer(m); err != nil {
		err = p.refused(err)
	}
	return queued, err
}

// receiver returns the process that a message is for, and the message as it is queued.
func (d *door) receiver(to pid.PID, env *signal.Envelope) (p *process, m Message, err error) {
	p, ok := d.registry.Get(to)
	if !ok {
		return nil, m, ErrNoProc
	}
	switch env.Kind {
	case signal.Message:
		return p, userMessage(env.Value), nil
	case signal.Raw:
		if b, ok := env.Value.([]byte); ok {
			return p, rawMessage(b), nil
		}
		return nil, m, fmt.Errorf("deliver to %s: raw signal carries a %T, not bytes", to, env.Value)
	case signal.Call:
		return p, Message{value: newRequest(env), kind: KindCall}, nil
	}
	return nil, m, fmt.Errorf("deliver to %s: a signal %v is no message", to, env.Kind)
}

// runs has the slices in which messages go to a mailbox together. One belongs to who has
// taken it until that gives it back: the mailbox keeps nothing of it.
var runs = sync.Pool{New: func() any { return new([]Message) }}

// OfferAll implements [inlet.Runtime].
func (d *door) OfferAll(to pid.PID, values []any) bool {
	p, ok := d.registry.Get(to)
	if !ok {
		return false
	}
	if len(values) == 1 {
		queued, err := p.box.Offer(userMessage(values[0]))
		return queued && err == nil
	}
	run := runs.Get().(*[]Message)
	for _, v := range values {
		*run = append(*run, userMessage(v))
	}
	all := p.box.SendTogether(*run)
	clear(*run)
	*run = (*run)[:0]
	runs.Put(run)
	return all
}

// Leave implements [inlet.Runtime].
func (d *door) Leave(to pid.PID, env signal.Envelope, settled func()) (waiting inlet.Waiting, later bool, err error) {
	p, m, err := d.receiver(to, &env)
	if err != nil {
		return nil, false, err
	}
	left, err := p.box.Leave(m, func(error) { settled() })
	switch {
	case err != nil:
		return nil, false, p.refused(err)
	case left.Drops:
		return nil, p.dropAside(left.Dropped, settled), nil
	case left.Waiting != nil:
		return waitingMessage{&p.box, left.Waiting}, true, nil
	}
	return nil, false, nil
}

// waitingMessage implements [inlet.Waiting].
type waitingMessage struct {
	box     *inbox
	message *mailbox.Waiting[Message]
}

func (w waitingMessage) Admit() { w.box.Admit(w.message) }

// Deliver implements [inlet.Runtime].
func (d *door) Deliver(to pid.PID, env signal.Envelope) error {
	p, ok := d.registry.Get(to)
	if !ok {
		return ErrNoProc
	}
	var noWait context.Context
	return p.Deliver(noWait, env)
}

// Registered implements [inlet.Runtime].
func (d *door) Registered(name string) (pid.PID, bool) { return d.registry.Whereis(name) }

// Lost implements [inlet.Runtime].
func (d *door) Lost(to pid.Address, env signal.Envelope, why error) {
	m := userMessage(env.Value)
	if b, ok := env.Value.([]byte); ok && env.Kind == signal.Raw {
		m = rawMessage(b)
	}
	d.runtime().lostAway(to, m, why)
}

// FailCall implements [inlet.Runtime].
func (d *door) FailCall(to pid.PID, r signal.ReplyTo, reason signal.ExitReason) {
	if p, ok := d.registry.Get(to); ok {
		p.finishCall(r.Ref(), nil, reason)
	}
}

// SetLink implements [inlet.Runtime].
func (d *door) SetLink(to, away pid.PID, linked bool) (running bool) {
	p, ok := d.registry.Get(to)
	if !ok {
		return false
	}
	if linked {
		return p.acceptRemoteLink(away) == nil
	}
	p.acceptUnlink(away)
	return p.running()
}

// LinkExit implements [inlet.Runtime].
func (d *door) LinkExit(to, away pid.PID, reason signal.ExitReason) (consequences func()) {
	p, ok := d.registry.Get(to)
	if !ok {
		return nil
	}
	v := p.acceptLinkExit(away, reason)
	if v == lives {
		return nil
	}
	return func() { p.rt.reapIf(p, v) }
}
