package term_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/term"
)

// twice are maps with a key twice, and where the second one begins.
var twice = map[string]struct {
	encoded string
	offset  int
}{
	"strings":                     {"\x82\xa1a\x01\xa1a\x02", 4},
	"strings in two forms":        {"\x82\xa1a\x01\xd9\x01a\x02", 4},
	"a string and bytes":          {"\x82\xa1a\x01\xc4\x01a\x02", 4},
	"numbers in two forms":        {"\x82\x01\x01\xcc\x01\x02", 3},
	"negative numbers":            {"\x82\xff\x01\xd1\xff\xff\x02", 3},
	"zero and minus zero":         {"\x82\xca\x00\x00\x00\x00\x01\xca\x80\x00\x00\x00\x02", 7},
	"nil":                         {"\x82\xc0\x01\xc0\x02", 3},
	"extensions in two forms":     {"\x82\xd4\x32a\x01\xc7\x01\x32a\x02", 5},
	"arrays":                      {"\x82\x92\x01\xa1a\x01\x92\xcc\x01\xa1a\x02", 6},
	"structs":                     {"\x82\x82\xa1a\x01\xa1b\x02\x01\x82\xa1b\x02\xa1a\x01\x02", 9},
	"far from each other":         {"\x84\x01\x01\x02\x01\x03\x01\x01\x01", 7},
	"in an array":                 {"\x92\x05\x82\x01\x01\x01\x02", 5},
	"in a value of a map":         {"\x82\x05\x82\x01\x01\x01\x02\x01\x01", 5},
	"in a key of a map":           {"\x81\x82\x01\x01\x01\x02\x05", 4},
	"after a map with other keys": {"\x83\x05\x81\x05\x01\x06\x81\x05\x01\x05\x01", 9},
}

func TestSkip_MapsWithAKeyTwiceAreErrors(t *testing.T) {
	for name, test := range twice {
		t.Run(name, func(t *testing.T) {
			requireDuplicateAt(t, test.offset, term.NewReader([]byte(test.encoded)).Skip())

			_, err := term.NewRaw("test.unknown", []byte(test.encoded))
			requireDuplicateAt(t, test.offset, err)

			field := "\x81\xa4skip"
			_, err = term.Decode[point]([]byte(field + test.encoded))
			requireDuplicateAt(t, len(field)+test.offset, err)

			unknown := "\x92\xc7\x0c\x01test.unknown"
			_, err = term.DecodeMessage([]byte(unknown + test.encoded))
			requireDuplicateAt(t, len(unknown)+test.offset, err)
		})
	}
}

func TestSkip_KeysThatDifferAreNotTheSame(t *testing.T) {
	for name, encoded := range map[string]string{
		"numbers and strings":  "\x82\x01\x01\xa11\x01",
		"numbers and floats":   "\x82\x01\x01\xca\x3f\x80\x00\x00\x01",
		"floats of two widths": "\x82\xca\x3f\x80\x00\x00\x01\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00\x01",
		"minus one and 2^64-1": "\x82\xff\x01\xcf\xff\xff\xff\xff\xff\xff\xff\xff\x01",
		"extension codes":      "\x82\xd4\x32a\x01\xd4\x33a\x01",
		"nested":               "\x83\x91\x01\x01\x91\x91\x01\x01\x01\x01",
		"order in an array":    "\x82\x92\x01\x02\x01\x92\x02\x01\x01",
		"key and value":        "\x82\x81\x01\x02\x01\x81\x02\x01\x01",
		"nil, true, false":     "\x83\xc0\x01\xc3\x01\xc2\x01",
		"another map's keys":   "\x82\x01\x82\x01\x01\x02\x01\x02\x82\x01\x01\x02\x01",
	} {
		r := term.NewReader([]byte(encoded))
		require.NoError(t, r.Skip(), name)
		require.Zero(t, r.Len(), name)
	}
}

func TestStruct_UnknownNamesThatComeTwiceAreErrors(t *testing.T) {
	for name, test := range map[string]struct {
		encoded string
		offset  int
	}{
		"names":             {"\x83\xa1a\x01\xa1X\x05\xa1a\x02", 7},
		"as string, bytes":  {"\x82\xa1a\x01\xc4\x01a\x02", 4},
		"keys of no struct": {"\x82\x05\x01\xcc\x05\x01", 3},
	} {
		_, err := term.Decode[point]([]byte(test.encoded))
		requireDuplicateAt(t, test.offset, err)
		require.ErrorContains(t, err, "term_test.point", name)
	}
	_, err := term.Decode[point]([]byte("\x82\xa1a\x01\xa1a\x02"))
	require.EqualError(t, err, `term: cannot decode term_test.point: element ["a"] at byte 4: duplicate key`)
}

func requireDuplicateAt(t *testing.T, offset int, err error) {
	t.Helper()
	require.ErrorIs(t, err, term.ErrDuplicateKey)
	var decodeErr *term.DecodeError
	require.ErrorAs(t, err, &decodeErr)
	require.Equal(t, offset, decodeErr.Offset)
}

func TestSkip_KeysTakeBoundedMemory(t *testing.T) {
	const keys = 1000
	wide := term.MustEncode(manyKeys(keys))
	array := append(append([]byte{0x92}, wide...), wide...)
	nested := append(term.AppendMapLen(nil, 2), 1)
	nested = append(append(append(nested, wide...), 2), wide...)
	const each = 8 + strconv.IntSize/8
	for _, test := range []struct {
		encoded []byte
		memory  term.ByteCount
		want    error
	}{
		{wide, keys * each, nil},
		{wide, keys*each - 1, term.ErrTooLarge},
		{array, keys * each, nil}, // one after the other
		{nested, keys*each + 2*each, nil},
		{nested, keys*each + 2*each - 1, term.ErrTooLarge},
	} {
		limits := term.Limits{MaxMemory: test.memory}
		_, err := term.DecodeWith[point](limits, wide)
		require.Equal(t, test.memory < keys*each, err != nil, "the names of a struct")

		limits.MaxMemory += each // for the name of the field
		_, err = term.DecodeWith[point](limits, append([]byte("\x81\xa4skip"), test.encoded...))
		require.ErrorIs(t, err, test.want)
	}
}

func TestSkip_FindsTheKeyThatAnyMapHasTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOfN(rapid.IntRange(-40, 300), 0, 30).Draw(t, "keys")
		b := term.AppendMapLen(nil, len(keys))
		distinct := map[int]bool{}
		for _, k := range keys {
			distinct[k] = true
			b = term.AppendNil(term.AppendInt(b, int64(k)))
		}
		_, want := term.Decode[map[int]any](b)
		require.Equal(t, len(distinct) < len(keys), want != nil)
		require.Equal(t, want != nil, term.NewReader(b).Skip() != nil)
	})
}
