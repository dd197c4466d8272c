package term_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/term"
)

// places has a place of every kind for a value to go wrong in.
type places struct {
	Field   any
	Slice   []any
	Array   [1]any
	ByName  map[string]any
	ByInt   map[int]any
	ByAny   map[any]any
	ByAtom  map[term.Atom]*places
	Pointer *places
	places2
}

type places2 struct{ Inlined any }

func TestError_PathLeadsToWhatIsWrong(t *testing.T) {
	bad := func() {}
	for path, v := range map[string]any{
		".Field":             places{Field: bad},
		".Slice[1]":          places{Slice: []any{1, bad}},
		".Array[0]":          places{Array: [1]any{bad}},
		`.ByName["a\nb"]`:    places{ByName: map[string]any{"a\nb": bad}},
		".ByInt[7]":          places{ByInt: map[int]any{7: bad}},
		".ByAny[true]":       places{ByAny: map[any]any{true: bad}},
		".ByAny[nil]":        places{ByAny: map[any]any{nil: bad}},
		".ByAny[key]":        places{ByAny: map[any]any{[1]any{ptr(1)}: 1}},
		`.ByAtom["k"].Field`: places{ByAtom: map[term.Atom]*places{term.MustAtom("k"): {Field: bad}}},
		".Pointer.Field":     places{Pointer: &places{Field: bad}},
		".places2.Inlined":   places{places2: places2{bad}},
	} {
		for _, send := range []func(any) error{encodeErr, isolateErr} {
			var encodeErr *term.EncodeError
			require.ErrorAs(t, send(v), &encodeErr)
			require.Equal(t, path, encodeErr.Path)
			require.ErrorIs(t, encodeErr, term.ErrUnsendable)
		}
	}
	for path, v := range map[string]map[string]any{
		".Slice":                     {"Slice": 1},
		".Array":                     {"Array": []int{1, 2}},
		".Array[0][0]":               {"Array": []any{[]any{wrong{}}}},
		`.ByName["a"]`:               {"ByName": map[string]any{"a": wrong{}}},
		`.ByName["a"]["b"]`:          {"ByName": map[string]any{"a": map[string]any{"b": wrong{}}}},
		".ByName[key]":               {"ByName": map[int]int{1: 1}},
		".ByInt[7]":                  {"ByInt": map[int]any{7: wrong{}}},
		".ByInt[key]":                {"ByInt": map[string]int{"a": 1}},
		".ByAny[7]":                  {"ByAny": map[int]any{7: wrong{}}},
		".ByAny[key]":                {"ByAny": map[wrong]any{{}: 1}},
		`.ByAny["a"][7]`:             {"ByAny": map[string]any{"a": map[int]any{7: wrong{}}}},
		`.ByAtom["k"].Pointer.Slice`: {"ByAtom": map[term.Atom]any{term.MustAtom("k"): map[string]any{"Pointer": map[string]int{"Slice": 1}}}},
		".places2.Inlined":           {"Inlined": wrong{}},
	} {
		_, err := term.Decode[places](plainly(t, v))
		var decodeErr *term.DecodeError
		require.ErrorAs(t, err, &decodeErr)
		require.Equal(t, path, decodeErr.Path)
	}
}

// wrong writes an atom that is not valid UTF-8.
type wrong struct{}

func (wrong) AppendTerm(dst []byte) ([]byte, error) {
	return append(term.AppendExtHeader(dst, term.ExtAtom, 1), 0xff), nil
}

func (*wrong) ParseTerm(r *term.Reader) error { return r.Skip() }

// plainly encodes v without the names of types, as another language would.
func plainly(t *testing.T, v any) []byte {
	var b []byte
	switch v := v.(type) {
	case map[string]any:
		b = term.AppendMapLen(b, len(v))
		for k, e := range v {
			b = append(term.AppendString(b, k), plainly(t, e)...)
		}
	case []any:
		b = term.AppendArrayLen(b, len(v))
		for _, e := range v {
			b = append(b, plainly(t, e)...)
		}
	case map[int]any:
		b = term.AppendMapLen(b, len(v))
		for k, e := range v {
			b = append(term.AppendInt(b, int64(k)), plainly(t, e)...)
		}
	case map[term.Atom]any:
		b = term.AppendMapLen(b, len(v))
		for k, e := range v {
			b = append(append(b, term.MustEncode(k)...), plainly(t, e)...)
		}
	case map[wrong]any:
		b = term.AppendMapLen(b, len(v))
		for k, e := range v {
			b = append(append(b, term.MustEncode(k)...), plainly(t, e)...)
		}
	default:
		b = term.MustEncode(v)
	}
	return b
}
