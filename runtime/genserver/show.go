package genserver

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/internal/guard"
	"github.com/starlang-go/starlang/runtime/internal/text"
	"github.com/starlang-go/starlang/term"
)

// formatLimit is how long a server waits for a method that says what is shown of it. One
// that takes longer is not called again until it has returned.
const formatLimit = 2 * time.Second

var errFormatHangs = errors.New("an earlier call of it has not returned yet")

// format calls f, which says what is shown of the server or of a message, for somebody
// who looks: whatever f does, the server goes on. The result can be sent and is bounded.
func (s *server) format(what string, f func() any) (any, error) {
	if s.formatHangs() {
		return nil, fmt.Errorf("%s: %w", what, errFormatHangs)
	}
	v, done, err := guard.Within(formatLimit, func() (any, error) { return showable(f()), nil })
	if errors.Is(err, guard.ErrLate) {
		s.makeRare().formatting = done
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return v, nil
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

// formatState returns what is shown of the state: the types alone, unless the server
// says more.
func (s *server) formatState() (any, error) {
	f, err := s.stateFormatter()
	switch {
	case err != nil:
		return nil, err
	case f != nil:
		return s.format("format state", f.FormatState)
	}
	return text.Types(s.impl, text.MaxStateBytes), nil
}

// stateFormatter returns what says what is shown of the state, nil if nothing does.
func (s *server) stateFormatter() (StateFormatter, error) {
	from, ok := s.impl.(StateSnapshotter)
	if !ok {
		f, _ := s.impl.(StateFormatter)
		return f, nil
	}
	if s.formatHangs() { // a snapshot would be for nothing
		return nil, fmt.Errorf("format state: %w", errFormatHangs)
	}
	f, err := guard.Call(context.Background(), 0, func() (StateFormatter, error) { return from.SnapshotState(), nil }, nil)
	if err != nil {
		return nil, fmt.Errorf("snapshot state: %w", err)
	}
	return f, nil
}

// formatMessage returns what a trace keeps of a message.
func (s *server) formatMessage(v any) any {
	f, ok := s.impl.(MessageFormatter)
	if v == nil {
		return nil
	}
	shown, err := s.format("format message", func() any {
		if ok {
			return f.FormatMessage(v)
		}
		return v
	})
	if err != nil {
		return err.Error()
	}
	return shown
}

// show replies with what can be seen of the state.
func (s *server) show(from From) {
	v, err := s.formatState()
	if err != nil {
		v = failureOf(err)
	}
	s.replyOrText(from, v, func() any { return text.Of(v, text.MaxStateBytes) })
}

// replyOrText replies with v or, if that cannot be sent to the node that has asked, with
// its text.
func (s *server) replyOrText(from From, v any, asText func() any) {
	c := s.ctx.Context
	var unsendable *term.EncodeError
	if err := c.Reply(runtime.From(from), v); errors.As(err, &unsendable) {
		_ = c.Reply(runtime.From(from), asText())
	}
}

// explain tells the report of the crash that is about to come what the server knows: last
// is the message that it has received last.
func (s *server) explain(last runtime.Message) {
	d := runtime.CrashDetails{Type: fmt.Sprintf("%T", s.impl), State: s.stateText(), Message: s.messageText(last)}
	if from, is := last.From(); is {
		d.Caller = from.PID
	}
	s.ctx.ExplainCrash(d)
}

// stateText returns what a report shows of the state.
func (s *server) stateText() string {
	f, err := s.stateFormatter()
	switch {
	case err != nil:
		return err.Error()
	case f == nil:
		return text.Types(s.impl, text.MaxReportBytes)
	}
	return s.formatText("format state", f.FormatState)
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
	f, ok := s.impl.(MessageFormatter)
	if !ok || v == nil {
		return text.Types(v, text.MaxReportBytes)
	}
	return s.formatText("format message", func() any { return f.FormatMessage(v) })
}

func (s *server) formatText(what string, f func() any) string {
	v, err := s.format(what, func() any { return text.Of(f(), text.MaxReportBytes) })
	if err != nil {
		return err.Error()
	}
	return v.(string)
}
