package remote_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/term"
)

// parsed is a frame that was read: a signal, whose Kind is 0 if it is none, or another.
type parsed struct {
	signal signal.Frame
	other  wire.Frame
}

func parse(body []byte) (p parsed, err error) {
	var in frame.Fields
	if err := in.Open(body); err != nil {
		return p, err
	}
	if kind, ok := signal.KindOnWire(in.Of); ok {
		return p, p.signal.Read(kind, &in)
	}
	return p, p.other.Read(&in)
}

func mustParse(t testing.TB, body []byte) parsed {
	t.Helper()
	p, err := parse(body)
	require.NoError(t, err)
	return p
}

// next reads frames up to the next one of a kind.
func (v *villain) next(kind wire.Kind) wire.Frame {
	v.Helper()
	for {
		if p := mustParse(v, v.body()); p.other.Kind == kind {
			return p.other
		}
	}
}

// nextSignal reads frames up to the next signal of a kind.
func (v *villain) nextSignal(kind signal.Kind) signal.Frame {
	v.Helper()
	for {
		if p := mustParse(v, v.body()); p.signal.Kind == kind {
			return p.signal
		}
	}
}

// withValue returns the frame of f with a value.
func withValue(f signal.Frame, v any) []byte {
	b, err := term.AppendMessage(f.AppendHead(nil), v)
	if err != nil {
		panic(err)
	}
	return frame.End(b, 0)
}

func monitorOf(to, ref uint64) []byte {
	f := signal.Frame{Kind: signal.Monitor, From: 1, To: to, Ref: ref}
	return f.Append(nil)
}
