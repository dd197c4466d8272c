package replay

import (
	"time"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/term"
)

func init() { term.MustRegister[Msg]("behaviours.Msg") }

// scripted is a server that does what its messages say.
type scripted struct {
	*world
	init  []Action
	alarm *Msg // what the timeout is handled with
}

func (s *scripted) Init(ctx *genserver.Context) error {
	s.do(ctx, s.init)
	return nil
}

func (s *scripted) HandleCall(ctx *genserver.Context, from genserver.From, req any) (any, error) {
	m := req.(Msg)
	s.log("call %s", m.ID)
	s.calls[m.ID] = from
	reply := s.handle(ctx, m)
	if reply == nil {
		return genserver.NoReply, nil
	}
	delete(s.calls, m.ID)
	return *reply, nil
}

func (s *scripted) HandleCast(ctx *genserver.Context, msg any) error {
	m := msg.(Msg)
	s.log("cast %s", m.ID)
	s.handle(ctx, m)
	return nil
}

func (s *scripted) HandleInfo(ctx *genserver.Context, msg any) error {
	switch m := msg.(type) {
	case Msg:
		s.log("info %s", m.ID)
		s.handle(ctx, m)
	case signal.Exit:
		s.log("info exit %s", reasonText(m.Reason))
	}
	return nil
}

func (s *scripted) HandleContinue(ctx *genserver.Context, v any) error {
	m := v.(Msg)
	s.log("continue %s", m.ID)
	s.handle(ctx, m)
	return nil
}

func (s *scripted) HandleTimeout(ctx *genserver.Context) error {
	s.log("timeout %s", s.alarm.ID)
	s.handle(ctx, *s.alarm)
	return nil
}

func (s *scripted) Terminate(_ *genserver.Context, reason signal.ExitReason) {
	s.log("terminate %s", reasonText(reason))
}

func (s *scripted) handle(ctx *genserver.Context, m Msg) (reply *int) {
	if s.endless {
		ctx.Stop(signal.Normal)
		return nil
	}
	n := s.attempts[m.ID]
	s.attempts[m.ID]++
	return s.do(ctx, m.attempt(n))
}

func (s *scripted) do(ctx *genserver.Context, actions []Action) (reply *int) {
	for _, a := range actions {
		switch a.Op {
		case "reply":
			reply = &a.Value
		case "continue":
			ctx.Continue(*a.Msg)
		case "timeout":
			s.due(a.After)
			s.alarm = a.Msg
			ctx.SetTimeout(time.Duration(a.After) * unit)
		case "hibernate":
			ctx.Hibernate()
		case "stop":
			ctx.Stop(reasonOf(a.Text))
		case "reply_to":
			if from, waits := s.calls[a.Text]; waits {
				delete(s.calls, a.Text)
				_ = from.Reply(ctx, a.Value)
			}
		case "send":
			_ = ctx.Send(ctx.PID(), *a.Msg)
		case "cast":
			_ = genserver.Cast(ctx, ctx.PID(), *a.Msg)
		case "crash":
			panic("boom")
		}
	}
	return reply
}
