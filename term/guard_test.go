package term_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"

	"github.com/starlang-go/starlang/term"
)

// rogue panics with what it is told, in whichever of its methods is called.
var rogue any = "slip"

type (
	rogueTerm      struct{ A int }
	rogueCustom    struct{ A int }
	rogueMarshaler struct{ A int }
	rogueBinary    struct{ A int }
	rogueText      struct{ A int }
	roguePointer   struct{ A int }
)

func (rogueTerm) AppendTerm([]byte) ([]byte, error)          { panic(rogue) }
func (*rogueTerm) ParseTerm(*term.Reader) error              { panic(rogue) }
func (rogueCustom) EncodeMsgpack(*msgpack.Encoder) error     { panic(rogue) }
func (*rogueCustom) DecodeMsgpack(*msgpack.Decoder) error    { panic(rogue) }
func (rogueMarshaler) MarshalMsgpack() ([]byte, error)       { panic(rogue) }
func (*rogueMarshaler) UnmarshalMsgpack([]byte) error        { panic(rogue) }
func (rogueBinary) MarshalBinary() ([]byte, error)           { panic(rogue) }
func (*rogueBinary) UnmarshalBinary([]byte) error            { panic(rogue) }
func (rogueText) MarshalText() ([]byte, error)               { panic(rogue) }
func (*rogueText) UnmarshalText([]byte) error                { panic(rogue) }
func (*roguePointer) EncodeMsgpack(e *msgpack.Encoder) error { panic(rogue) }
func (*roguePointer) DecodeMsgpack(*msgpack.Decoder) error   { panic(rogue) }

// rogueKey has a method that errors must not call.
type rogueKey struct{ A int }

func (rogueKey) String() string { panic("String was called") }

// rogueError panics when it is printed.
type rogueError struct{}

func (rogueError) Error() string { panic("Error was called") }

func init() {
	term.MustRegister[rogueTerm]("test.rogueTerm")
	term.MustRegister[rogueCustom]("test.rogueCustom")
	term.MustRegister[rogueMarshaler]("test.rogueMarshaler")
	term.MustRegister[rogueBinary]("test.rogueBinary")
	term.MustRegister[rogueText]("test.rogueText")
	term.MustRegister[roguePointer]("test.roguePointer")
}

func TestPanic_InAMethodOfTheProgramIsAnError(t *testing.T) {
	around := func(v any) []any {
		return []any{v, []any{1, v}, map[string]any{"a": v}, map[any]any{1: v}, openBox[any]{v}, &openBox[[]any]{[]any{v}}, [1]any{v}}
	}
	for _, v := range []any{
		rogueTerm{}, rogueCustom{}, rogueMarshaler{}, rogueBinary{}, rogueText{}, roguePointer{},
		&rogueTerm{}, []rogueCustom{{}}, map[string]rogueText{"a": {}}, struct{ R *rogueBinary }{&rogueBinary{}},
		map[rogueText]int{{}: 1},
	} {
		for _, sent := range around(v) {
			_, err := term.Isolate(sent)
			require.ErrorIs(t, err, term.ErrPanic, "isolate %T", sent)
		}
		dst, err := term.AppendEncode([]byte("before"), v)
		require.ErrorIs(t, err, term.ErrPanic, "encode %T", v)
		require.ErrorContains(t, err, "slip")
		require.Equal(t, "before", string(dst))
	}
}

func TestPanic_WhileDecodingCostsTheMessage(t *testing.T) {
	decoder := term.NewMessageDecoder(term.Limits{})
	good, err := term.AppendMessage(nil, point{1, 2})
	require.NoError(t, err)
	for _, name := range []string{"Term", "Custom", "Marshaler", "Binary", "Text", "Pointer"} {
		value := append([]byte("\x92\xc7"+string(rune(len("test.rogue"+name)))+"\x01test.rogue"+name), "\xa1a"...)
		for _, message := range [][]byte{
			value, append([]byte{0x91}, value...), append([]byte{0x81, 0xa1, 'k'}, value...), append(append([]byte{0x81}, 1), value...),
		} {
			_, err := decoder.Decode(message)
			require.ErrorIs(t, err, term.ErrPanic, "%q", message)
			var decodeErr *term.DecodeError
			require.ErrorAs(t, err, &decodeErr)
			_, err = term.DecodeMessage(message)
			require.ErrorIs(t, err, term.ErrPanic, "%q", message)

			next, err := decoder.Decode(good)
			require.NoError(t, err, "the decoder goes on")
			require.Equal(t, point{1, 2}, next)
		}
	}
	_, err = term.Decode[map[rogueText]int]([]byte("\x81\xa1a\x01"))
	require.ErrorIs(t, err, term.ErrPanic, "a key")
}

func TestPanic_ItsTextIsBoundedAndSafe(t *testing.T) {
	defer func(old any) { rogue = old }(rogue)
	loop := map[string]any{}
	loop["self"] = loop
	for _, with := range []any{loop, rogueError{}, strings.Repeat("x", 1<<20), errors.New("text"), (*rogueKey)(nil), 5} {
		rogue = with
		for _, v := range []any{rogueTerm{}, rogueCustom{}} {
			_, err := term.Encode(v)
			require.ErrorIs(t, err, term.ErrPanic)
			require.Less(t, len(err.Error()), 500)
		}
	}
}

func TestError_PathCallsNoMethodOfAKey(t *testing.T) {
	_, err := term.Encode(map[rogueKey]any{{1}: make(chan int)})
	require.ErrorContains(t, err, "element [a term_test.rogueKey]: ")
	_, err = term.Encode(map[celsius]any{5: make(chan int)})
	require.ErrorContains(t, err, "element [5]: ")
}

// liar is a map key that holds what no key may.
type liar struct{ V any }

func (liar) AppendTerm(dst []byte) ([]byte, error) { return term.AppendBool(dst, true), nil }
func (l *liar) ParseTerm(r *term.Reader) error {
	l.V = []int{1}
	_, err := r.ReadBool()
	return err
}

func TestPanic_AKeyThatDecodesToWhatCannotBeCompared(t *testing.T) {
	_, err := term.Decode[map[liar]int]([]byte("\x81\xc3\x01"))
	require.ErrorIs(t, err, term.ErrMismatch)
	_, err = term.Isolate(map[liar]int{{1}: 1})
	require.Error(t, err)
	require.NoError(t, term.Register[liar]("test.liar"))
	_, err = term.DecodeMessage([]byte("\x81\x92\xc7\x09\x01test.liar\xc3\x01"))
	require.ErrorIs(t, err, term.ErrMismatch)
}
