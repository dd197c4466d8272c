package term_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/term"
)

// around returns v wherever a value can be in a message.
func around(v any) []any {
	return []any{
		v, []any{1, v}, map[string]any{"a": v}, map[any]any{1: v}, envelope{Body: v}, &envelope{Body: []any{v, v}},
		term.Share(v), term.Share[any](envelope{Body: v}), errorBox{Err: foundError{v}},
	}
}

// foundError travels in a CarriedError.
type foundError struct{ With any }

func (foundError) Error() string { return "found" }

type errorBox struct{ Err error }

func init() {
	term.MustRegister[foundError]("test.foundError")
	term.MustRegister[errorBox]("test.errorBox")
	term.MustRegister[term.Shared[any]]("test.sharedAny")
	term.MustRegister[custom]("test.custom")
	term.MustRegister[marshaled]("test.marshaled")
	term.MustRegister[binaryForm]("test.binaryForm")
	term.MustRegister[byKey]("test.byKey")
}

// byKey has a decoding method in its keys.
type byKey map[binaryForm]int

// Whatever needs no method of the program is decoded as Decode does, also what this project
// has methods for; and nothing else, wherever in a message it is.
func TestTryDecode_CallsNoMethodOfTheProgram(t *testing.T) {
	d := term.NewMessageDecoder(term.Limits{})
	for _, own := range []any{custom{"a"}, &custom{"a"}, marshaled{map[string]int{}}, binaryForm{}, byKey{{1}: 1}, other{}, &otherLocked{}, version{1, 2}} {
		for _, sent := range around(own) {
			b, err := term.AppendMessage(nil, sent)
			require.NoError(t, err)
			_, ok, err := d.TryDecode(b)
			require.NoError(t, err)
			require.False(t, ok, "%T", sent)
			got, err := d.Decode(b)
			require.NoError(t, err, "the decoder goes on")
			require.IsType(t, sent, got)
		}
	}
	for _, plain := range exact {
		switch plain.(type) {
		case version, *version: // it has methods
			continue
		}
		for _, sent := range around(plain) {
			b, err := term.AppendMessage(nil, sent)
			require.NoError(t, err)
			got, ok, err := d.TryDecode(b)
			require.NoError(t, err)
			require.True(t, ok, "%T", sent)
			want, err := d.Decode(b)
			require.NoError(t, err)
			requireSame(t, want, got)
		}
	}
}

func TestTryDecode_TellsOfErrors(t *testing.T) {
	_, ok, err := term.NewMessageDecoder(term.Limits{}).TryDecode([]byte{0xc1})
	require.True(t, ok)
	require.ErrorIs(t, err, term.ErrInvalidByte)
}
