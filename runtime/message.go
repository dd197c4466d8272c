package runtime

import (
	"unsafe"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime/internal/system"
)

// MessageKind says what a [Message] is. It is set by the runtime and never
// follows from what was sent.
type MessageKind uint8

const (
	// KindUser is a value that a process or the program sent.
	KindUser MessageKind = iota + 1
	// KindRaw is bytes sent with SendRaw.
	KindRaw
	// KindCall is a request that waits for [Message.Reply].
	KindCall
	// KindSystem is a signal.Exit, signal.Down or signal.Timeout.
	KindSystem
)

// Message is what a process receives. It is a small value; copying it does not
// copy what was sent.
type Message struct {
	value any
	size  uint32 // of KindRaw: the number of bytes at value, a *byte
	kind  MessageKind
	own   bool // a timer's, of the receiver itself: see exempt
}

// Kind says what the message is.
func (m Message) Kind() MessageKind { return m.kind }

// Value returns what was sent: the value itself, the bytes as a []byte, the
// request of a call, or the system message. A type switch tells them apart; a
// program's own value is never a system message.
func (m Message) Value() any {
	if _, is := m.value.(carried); !is && m.kind == KindUser {
		return m.value
	}
	return m.special()
}

// special is Value of a message that is more than a value that was sent.
func (m Message) special() any {
	switch m.kind {
	case KindRaw:
		return m.bytes()
	case KindCall:
		return bare(m.value.(*request).value)
	case KindSystem:
		if mon, ok := m.value.(*monitor); ok {
			return mon.boxedDown()
		}
	}
	return bare(m.value)
}

// Bytes returns the bytes of a message sent with SendRaw, without allocating.
func (m Message) Bytes() (b []byte, ok bool) {
	if m.kind != KindRaw {
		return nil, false
	}
	return m.bytes(), true
}

func (m Message) bytes() []byte {
	if b, ok := m.value.([]byte); ok {
		return b
	}
	return unsafe.Slice(m.value.(*byte), int(m.size))
}

// From returns who made the call, if the message is one.
func (m Message) From() (From, bool) {
	if r, ok := m.value.(*request); ok && m.kind == KindCall {
		return r.from, true
	}
	return From{}, false
}

func userMessage(v any) Message { return Message{value: v, kind: KindUser} }

// maxPlainRaw is the length of the longest bytes that travel without a slice
// header of their own.
const maxPlainRaw = 1<<32 - 1

// rawMessage holds b without allocating: the interface holds the pointer to the
// first byte, the length stands beside it. Empty and huge ones are not worth a
// special form.
func rawMessage(b []byte) Message {
	if len(b) == 0 || uint64(len(b)) > maxPlainRaw {
		return Message{value: b, kind: KindRaw}
	}
	return Message{value: unsafe.SliceData(b), size: uint32(len(b)), kind: KindRaw}
}

func exitMessage(from pid.PID, reason signal.ExitReason) Message {
	return Message{value: signal.Exit{From: from, Reason: reason}, kind: KindSystem}
}

// exempt reports whether m is queued whatever the bound of the mailbox: system messages,
// what the receiver has sent to itself by a timer, and requests of those who look at
// it and steer it.
func (m Message) exempt() bool {
	if r, ok := m.value.(*request); ok && m.kind == KindCall {
		_, is := bare(r.value).(system.Request)
		return is
	}
	return m.kind == KindSystem || m.own
}
