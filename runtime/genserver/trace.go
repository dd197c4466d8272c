package genserver

import (
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime/internal/text"
	"github.com/starlang-go/starlang/term"
)

// MaxTraced is the largest number of messages that [Trace] keeps.
const MaxTraced = 10_000

// Kind says what a [Traced] message was.
type Kind uint8

// The kinds of messages.
const (
	KindCall Kind = iota + 1
	KindCast
	KindInfo
	KindTimeout
)

// String returns the kind's name.
func (k Kind) String() string {
	return [...]string{"none", "call", "cast", "info", "timeout"}[min(k, KindTimeout)]
}

// noun returns what a report calls a message of the kind.
func (k Kind) noun() string {
	if k == KindInfo {
		return "message"
	}
	return k.String()
}

// Traced is a message that a server has handled.
type Traced struct {
	At   time.Time
	Kind Kind
	From pid.PID // of a call; zero of all others
	// Value is the message as it came, see [MessageFormatter], or its text if it
	// cannot be sent or is large.
	Value any
}

// traceReply is the reply to [GetTrace].
type traceReply struct {
	Messages []Traced
}

func init() { term.MustRegister[traceReply]("genserver.Trace") }

// noPID is the sender of what does not tell its sender.
var noPID pid.PID

// trace is a ring of the last messages.
type trace struct {
	ring []Traced
	next int // where the next one goes once the ring is full
	size int
}

func newTrace(size int) *trace {
	if size <= 0 {
		return nil
	}
	return &trace{size: min(size, MaxTraced)}
}

// note notes a message that is about to be handled, if the server is traced. It reports
// whether it is to be handled: the process may have ended while the program formatted it.
func (s *server) note(kind Kind, from pid.PID, v any) bool {
	t := s.rareOf().trace
	if t == nil {
		return true
	}
	t.add(Traced{At: time.Now(), Kind: kind, From: from, Value: s.formatMessage(v)})
	return s.alive()
}

func (t *trace) add(entry Traced) {
	if len(t.ring) < t.size {
		t.ring = append(t.ring, entry)
		return
	}
	t.ring[t.next] = entry
	t.next = (t.next + 1) % t.size
}

// last returns the messages, the oldest first.
func (t *trace) last() []Traced {
	if t == nil {
		return nil
	}
	return append(append([]Traced{}, t.ring[t.next:]...), t.ring[:t.next]...)
}

// asText returns the messages with their texts in place of their values.
func asText(all []Traced) []Traced {
	for i := range all {
		all[i].Value = text.Of(all[i].Value, text.MaxStateBytes)
	}
	return all
}
