package genserver

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/internal/guard"
	"github.com/starlang-go/starlang/runtime/internal/system"
	"github.com/starlang-go/starlang/runtime/internal/text"
	"github.com/starlang-go/starlang/term"
)

// formatLimit is how long whoever looks waits for a method that says what is shown. One
// that takes longer is not called again until it has returned.
const formatLimit = 2 * time.Second

var errFormatHangs = errors.New("an earlier call of it has not returned yet")

// view is what is shown, of the server or of a message, as a method of the program says.
type view struct {
	what string
	show func() any
	// apart: nobody changes what show looks at, so that the server may go on without it.
	apart bool
}

// format returns what v shows, for somebody who looks: it can be sent and is bounded. What
// takes longer than formatLimit is an error, of which late is told at once: the server
// still waits, unless v looks at what is apart from it.
func (s *server) format(v view, late func(error)) (any, error) {
	if s.formatHangs() {
		return nil, fmt.Errorf("%s: %w", v.what, errFormatHangs)
	}
	shown, done, err := guard.Within(formatLimit, func() (any, error) { return showable(v.show()), nil })
	if err == nil {
		return shown, nil
	}
	err = fmt.Errorf("%s: %w", v.what, err)
	if errors.Is(err, guard.ErrLate) {
		s.makeRare().formatting = done
		late(err)
		if !v.apart {
			s.awaitFormat(done)
		}
	}
	return nil, err
}

// awaitFormat waits for a method that looks at the server itself: beside it nothing may
// change that. The end of the process ends the wait, since no method runs after that.
func (s *server) awaitFormat(done <-chan struct{}) {
	select {
	case <-done:
		s.rare.formatting = nil
	case <-s.ctx.Context.Done():
	}
}

// formatHangs reports whether a method that was called by format still runs.
func (s *server) formatHangs() bool {
	done := s.rareOf().formatting
	if done == nil {
		return false
	}
	select {
	case <-done:
		s.rare.formatting = nil
		return false
	default:
		return true
	}
}

// showable returns a copy of v, or its text if it cannot be sent or is too large.
func showable(v any) any {
	if !text.Fits(v, text.MaxStateBytes) {
		return text.Of(v, text.MaxStateBytes)
	}
	copied, err := term.Isolate(v)
	if err != nil {
		return text.Of(v, text.MaxStateBytes)
	}
	return copied
}

// stateView returns what says what is shown of the state, with a nil show if nothing does.
func (s *server) stateView() (view, error) {
	v := view{what: "format state"}
	from, ok := s.impl.(StateSnapshotter)
	if !ok {
		if _, ok := s.impl.(StateFormatter); ok {
			impl, copied := s.copied()
			v.show, v.apart = impl.(StateFormatter).FormatState, copied
		}
		return v, nil
	}
	if s.formatHangs() { // a snapshot would be for nothing
		return v, fmt.Errorf("%s: %w", v.what, errFormatHangs)
	}
	f, err := guard.Call(context.Background(), 0, func() (StateFormatter, error) { return from.SnapshotState(), nil }, nil)
	if err != nil {
		return v, fmt.Errorf("snapshot state: %w", err)
	}
	if f != nil {
		v.show, v.apart = f.FormatState, !system.IsLive(f)
	}
	return v, nil
}

// formatMessage returns what a trace keeps of a message.
func (s *server) formatMessage(msg any) any {
	if msg == nil {
		return nil
	}
	shown, err := s.format(s.messageView(msg), func(error) {})
	if err != nil {
		return err.Error()
	}
	return shown
}

// messageView returns what says what is shown of a message, which by itself is the message.
func (s *server) messageView(msg any) view {
	msg, apart := copyOf(msg)
	v := view{what: "format message", show: func() any { return msg }, apart: apart}
	if _, ok := s.impl.(MessageFormatter); ok {
		impl, copied := s.copied()
		f := impl.(MessageFormatter)
		v.show, v.apart = func() any { return f.FormatMessage(msg) }, apart && copied
	}
	return v
}

// show replies with what can be seen of the state: the types alone, unless the server says
// more.
func (s *server) show(from From) {
	v, err := s.stateView()
	if err != nil {
		s.replyOrText(from, failureOf(err), nil)
		return
	}
	if v.show == nil {
		s.replyOrText(from, text.Types(s.impl, text.MaxStateBytes), nil)
		return
	}
	s.showView(from, v)
}

// showView replies with what v shows.
func (s *server) showView(from From, v view) {
	told := false
	shown, err := s.format(v, func(err error) {
		told = true
		s.replyOrText(from, failureOf(err), nil)
	})
	switch {
	case told:
	case err != nil:
		s.replyOrText(from, failureOf(err), nil)
	default:
		s.replyOrText(from, shown, func() any { return text.Of(shown, text.MaxStateBytes) })
	}
}

// replyOrText replies with v or, if that cannot be sent to the node that has asked, with
// its text.
func (s *server) replyOrText(from From, v any, asText func() any) {
	c := s.ctx.Context
	var unsendable *term.EncodeError
	if err := c.Reply(runtime.From(from), v); errors.As(err, &unsendable) && asText != nil {
		_ = c.Reply(runtime.From(from), asText())
	}
}

// explain tells the report of the crash that is about to come what the server knows: last
// is the message that it has received last. None of the server's methods runs any more,
// so that nothing changes what is looked at.
func (s *server) explain(last runtime.Message) {
	d := runtime.CrashDetails{Type: fmt.Sprintf("%T", s.impl), State: s.stateText(), Message: s.messageText(last)}
	if from, is := last.From(); is {
		d.Caller = from.PID
	}
	s.ctx.ExplainCrash(d)
}

// stateText returns what a report shows of the state.
func (s *server) stateText() string {
	v, err := s.stateView()
	switch {
	case err != nil:
		return err.Error()
	case v.show == nil:
		return text.Types(s.impl, text.MaxReportBytes)
	}
	return s.formatText(v)
}

// messageText returns what a report shows of a message.
func (s *server) messageText(m runtime.Message) string {
	v := m.Value()
	switch wrapped := v.(type) {
	case request:
		v = wrapped.Value
	case cast:
		v = wrapped.Value
	}
	if _, ok := s.impl.(MessageFormatter); !ok || v == nil {
		return text.Types(v, text.MaxReportBytes)
	}
	return s.formatText(s.messageView(v))
}

func (s *server) formatText(v view) string {
	show := v.show
	v.show, v.apart = func() any { return text.Of(show(), text.MaxReportBytes) }, true
	shown, err := s.format(v, func(error) {})
	if err != nil {
		return err.Error()
	}
	return shown.(string)
}
