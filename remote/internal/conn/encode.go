package conn

import (
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/runtime/dist"
	"github.com/starlang-go/starlang/term"
)

// appendMessage appends the frame of a message of at most limit bytes, or returns
// an error that is term.ErrTooLarge.
func (c *Conn) appendMessage(dst []byte, to *pid.Address, env *signal.Envelope, limit term.ByteCount) ([]byte, error) {
	start := len(dst)
	f := signal.FrameOf(to, env)
	dst = f.AppendHead(dst)
	if env.Kind == signal.Raw {
		raw, ok := env.Value.([]byte)
		switch {
		case !ok:
			return nil, fmt.Errorf("raw signal carries a %T, not bytes", env.Value)
		case term.ByteCount(len(raw)) > limit:
			return nil, tooLarge(len(raw), limit)
		case raw == nil:
			raw = []byte{}
		}
		return frame.End(term.AppendBytes(dst, raw), start), nil
	}
	dst, err := c.appendValue(dst, env.Value, limit)
	if err != nil {
		return nil, err
	}
	return frame.End(dst, start), nil
}

// Encode encodes the value of a message that waits for a connection, with which it is to
// fit into Config.MaxMessageBytes.
func (all *Shared) Encode(to pid.Address, env *signal.Envelope) (dist.Encoded, error) {
	f := signal.FrameOf(&to, env)
	head := len(f.AppendHead(nil)) - frame.LengthBytes
	return all.appendValue(nil, env.Value, all.Config.MaxMessageBytes-term.ByteCount(head))
}

// appendValue appends the encoding of a message's value.
func (all *Shared) appendValue(dst []byte, v any, limit term.ByteCount) ([]byte, error) {
	switch v := v.(type) {
	case dist.Encoded:
		if term.ByteCount(len(v)) > limit {
			return nil, tooLarge(len(v), limit)
		}
		return append(dst, v...), nil
	case string:
		if term.ByteCount(len(v)) > limit {
			return nil, tooLarge(len(v), limit) // without having copied it
		}
	}
	return term.Limits{MaxBytes: limit, MaxDepth: all.Limits.MaxDepth}.AppendMessage(dst, v)
}

func tooLarge(n int, limit term.ByteCount) error {
	return fmt.Errorf("%w: %d bytes, the limit is %d", term.ErrTooLarge, n, limit)
}
