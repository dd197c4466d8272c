package pid_test

import (
	"encoding"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/term"
)

// hostileTexts are seeds for the parsers: each is near to a text form.
var hostileTexts = []string{
	"<0.0.0>", "<0.42.7>", "<name@host.42.7>", "<a@host.example.org.42.7>",
	"<a@[::1]:4369.18446744073709551615.4294967295>",
	"<0.18446744073709551616.4294967296>", "<0.01.7>", "<0.+1.7>", "<0.1.7> ",
	"<.1.7>", "<<0.1.7>>", "<0.0.1.7>", "<", "<>", "<..>", "<a@h@i.1.7>", "",
}

func FuzzParsePID(f *testing.F) {
	for _, text := range hostileTexts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := pid.ParsePID(text)
		if err != nil {
			requireFaultInside(t, err, text)
			require.Zero(t, p)
			return
		}
		require.Equal(t, text, p.String(), "one value has one text form")
	})
}

func FuzzParseRef(f *testing.F) {
	for _, text := range hostileTexts {
		f.Add("#Ref" + text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := pid.ParseRef(text)
		if err != nil {
			requireFaultInside(t, err, text)
			require.Zero(t, r)
			return
		}
		require.Equal(t, text, r.String(), "one value has one text form")
	})
}

func requireFaultInside(t *testing.T, err error, text string) {
	t.Helper()
	require.ErrorIs(t, err, pid.ErrSyntax)
	var parseErr *pid.ParseError
	require.ErrorAs(t, err, &parseErr)
	require.Equal(t, text, parseErr.Input)
	require.GreaterOrEqual(t, parseErr.Offset, 0)
	require.LessOrEqual(t, parseErr.Offset, len(text))
	require.NotEmpty(t, parseErr.Why)
}

func FuzzDecodePID(f *testing.F) {
	for _, wire := range goldenVectors(f, "testdata/wire.golden") {
		f.Add(wire)
		f.Add(wire[:len(wire)-1])
	}
	f.Add([]byte{0xc0})
	f.Add([]byte{0xc7, 0, 3})
	f.Add([]byte{0xc9, 0xff, 0xff, 0xff, 0xff, 3})
	f.Fuzz(func(t *testing.T, wire []byte) {
		fuzzDecode[pid.PID](t, wire)
		fuzzDecode[pid.Ref](t, wire)
	})
}

// fuzzDecode checks that what is not refused is a value with a text form, and
// that its own form decodes to it again.
func fuzzDecode[T interface {
	comparable
	term.Appender
	encoding.TextMarshaler
}](t *testing.T, wire []byte) {
	var zero, v T
	if err := any(&v).(term.Parser).ParseTerm(term.NewReader(wire)); err != nil {
		var decodeErr *term.DecodeError
		require.ErrorAs(t, err, &decodeErr)
		require.LessOrEqual(t, decodeErr.Offset, len(wire))
		require.Equal(t, zero, v)
		return
	}
	own, err := v.AppendTerm(nil)
	require.NoError(t, err)
	requireWire(t, v, own)

	text, err := v.MarshalText()
	require.NoError(t, err)
	var parsed T
	require.NoError(t, any(&parsed).(encoding.TextUnmarshaler).UnmarshalText(text))
	require.Equal(t, v, parsed)
}
