package term_test

import (
	"bytes"
	"reflect"
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/term"
)

// hostile are encodings that no honest peer sends, and what is wrong with them.
var hostile = map[string]struct {
	encoded []byte
	want    error
}{
	"nothing":                      {nil, term.ErrTruncated},
	"10 million nested arrays":     {bytes.Repeat([]byte{0x91}, 10_000_000), term.ErrTooDeep},
	"10 million nested maps":       {bytes.Repeat([]byte{0x81, 0x01}, 5_000_000), term.ErrTooDeep},
	"maps nested as keys":          {bytes.Repeat([]byte{0x81}, 10_000_000), term.ErrTooDeep},
	"nested type names":            {bytes.Repeat([]byte("\x92\xc7\x05\x01[]any\x91"), 1_000_000), term.ErrTooDeep},
	"array of 2^32-1":              {[]byte{0xdd, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5}, term.ErrTruncated},
	"map of 2^32-1":                {[]byte{0xdf, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5}, term.ErrTruncated},
	"string of 2^32-1":             {[]byte{0xdb, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5}, term.ErrTruncated},
	"bytes of 2^32-1":              {[]byte{0xc6, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5}, term.ErrTruncated},
	"extension of 2^32-1":          {[]byte{0xc9, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5}, term.ErrTruncated},
	"type name of 2^32-1":          {[]byte{0x92, 0xc9, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5}, term.ErrTruncated},
	"arrays that announce the end": {announcing(10_000), term.ErrTruncated},
	"duplicate keys":               {[]byte("\x82\xa1a\x01\xa1a\x02"), term.ErrDuplicateKey},
	"duplicate keys, not strings":  {[]byte{0x82, 1, 1, 1, 1}, term.ErrDuplicateKey},
	"duplicate keys, two forms":    {[]byte{0x82, 1, 1, 0xcc, 1, 1}, term.ErrDuplicateKey},
	"a map as a key":               {[]byte{0x81, 0x80, 1}, term.ErrMismatch},
	"bytes as a key":               {[]byte{0x81, 0xc4, 0, 1}, term.ErrMismatch},
	"a pointer as a key":           {[]byte("\x81\x92\xc7\x0b\x01*test.point\x80\x01"), term.ErrUnsendable},
	"NaN as a key":                 {[]byte{0x81, 0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0, 1}, term.ErrRange},
	"trailing bytes":               {[]byte{1, 2}, term.ErrTrailingBytes},
	"the unused byte":              {[]byte{0xc1}, term.ErrInvalidByte},
	"the unused byte in an array":  {[]byte{0x91, 0xc1}, term.ErrInvalidByte},
	"half a number":                {[]byte{0xcf, 1, 2, 3}, term.ErrTruncated},
	"half a float":                 {[]byte{0xcb, 1, 2, 3}, term.ErrTruncated},
	"half a length":                {[]byte{0xdd, 0, 0}, term.ErrTruncated},
	"half an extension":            {[]byte{0xd8, 5, 1}, term.ErrTruncated},
	"an extension without a code":  {[]byte{0xd4}, term.ErrTruncated},
	"a type name alone":            {[]byte{0xd4, 1, 'a'}, term.ErrMismatch},
	"a type name and no value":     {[]byte{0x92, 0xd4, 1, 'a'}, term.ErrTruncated},
	"a type name that is no text":  {[]byte{0x92, 0xd4, 1, 0xff, 1}, nil},
	"an atom that is no text":      {[]byte{0xd4, 2, 0xff}, nil},
	"an atom of 256 bytes":         {append([]byte{0xc8, 1, 0, 2}, make([]byte, 256)...), term.ErrTooLarge},
	"a timestamp of 5 bytes":       {[]byte{0xc7, 5, 0xff, 1, 2, 3, 4, 5}, term.ErrMismatch},
	"a second too long":            {[]byte{0xd7, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}, term.ErrRange},
	"an int8 of 300":               {[]byte("\x92\xc7\x04\x01int8\xcd\x01\x2c"), term.ErrRange},
	"a struct from an array":       {[]byte("\x92\xc7\x0a\x01test.point\x92\x01\x02"), term.ErrMismatch},
}

// announcing returns arrays in arrays, each of which announces all bytes that
// are left as its elements.
func announcing(n int) []byte {
	var b []byte
	for len(b) < n {
		b = append(b, 0xdc, byte((n-len(b)-3)>>8), byte(n-len(b)-3))
	}
	return b[:n]
}

func TestDecode_HostileBytesAreErrors(t *testing.T) {
	for name, test := range hostile {
		t.Run(name, func(t *testing.T) {
			for _, decode := range []func([]byte) (any, error){term.Decode[any], term.DecodeMessage} {
				got, err := decode(test.encoded)
				var decodeErr *term.DecodeError
				require.ErrorAs(t, err, &decodeErr)
				require.Nil(t, got)
				require.LessOrEqual(t, decodeErr.Offset, len(test.encoded))
				if test.want != nil {
					require.ErrorIs(t, err, test.want)
				}
			}
		})
	}
}

func TestDecode_HostileBytesTakeNoMemory(t *testing.T) {
	for name, test := range hostile {
		t.Run(name, func(t *testing.T) {
			_, _ = term.Decode[any](test.encoded) // whatever is made once
			limit := uint64(16 << 10)             // the error, and more under the race detector
			if name == "nested type names" {
				limit += term.DefaultMaxDepth * 24 // the header of a slice for each
			}
			require.Less(t, allocated(func() { _, _ = term.Decode[any](test.encoded) }), limit)
		})
	}
}

// allocated returns how many bytes f allocates, in the mean of some runs.
func allocated(f func()) uint64 { return allocatedBy(100, f) }

// allocatedOnce is for what allocates so much that the rest does not count.
func allocatedOnce(f func()) uint64 { return allocatedBy(1, f) }

func allocatedBy(runs uint64, f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		f()
	}
	runtime.ReadMemStats(&after)
	return (after.TotalAlloc - before.TotalAlloc) / runs
}

func TestDecode_TypesThatContainThemselvesAreBoundedToo(t *testing.T) {
	type nested []nested
	type list struct{ Next *list }
	bomb := bytes.Repeat([]byte{0x91}, 1_000_000)
	_, err := term.Decode[nested](bomb)
	require.ErrorIs(t, err, term.ErrTooDeep)
	_, err = term.Decode[list](bytes.Repeat([]byte("\x81\xa4Next"), 1_000_000))
	require.ErrorIs(t, err, term.ErrTooDeep)
	_, err = term.Decode[point](append([]byte("\x81\xa4skip"), bomb...))
	require.ErrorIs(t, err, term.ErrTooDeep)
}

func TestLimits_AreChecked(t *testing.T) {
	const word = strconv.IntSize / 8
	deep := term.MustEncode([]any{[]any{[]any{}}})
	wide := term.MustEncode([]any{1, 2, []any{3, map[string]any{"a": 4}}})
	for name, test := range map[string]struct {
		encoded []byte
		limits  term.Limits
		want    error
	}{
		"depth":                 {deep, term.Limits{MaxDepth: 3}, nil},
		"depth exceeded":        {deep, term.Limits{MaxDepth: 2}, term.ErrTooDeep},
		"elements":              {wide, term.Limits{MaxElements: 6}, nil},
		"elements exceeded":     {wide, term.Limits{MaxElements: 5}, term.ErrTooMany},
		"bytes":                 {wide, term.Limits{MaxBytes: term.ByteCount(len(wide))}, nil},
		"bytes exceeded":        {wide, term.Limits{MaxBytes: term.ByteCount(len(wide) - 1)}, term.ErrTooLarge},
		"memory":                {wide, term.Limits{MaxMemory: 10*word + 4*word + 8}, nil},
		"memory exceeded":       {wide, term.Limits{MaxMemory: 10*word + 4*word + 7}, term.ErrTooLarge},
		"negative is a default": {wide, term.Limits{-1, -1, -1, -1}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := term.DecodeWith[any](test.limits, test.encoded)
			require.ErrorIs(t, err, test.want)
			_, err = test.limits.DecodeMessage(test.encoded)
			require.ErrorIs(t, err, test.want)
		})
	}
}

func TestLimits_HoldForWhatIsSkippedOrKeptRaw(t *testing.T) {
	inside := []any{1, []any{2, 3}}
	unknown := term.MustEncode(map[string]any{"unknown": inside})
	raw := term.MustEncode([]any{mustRaw("test.unknown", inside)})
	for _, test := range []struct {
		decode func(term.Limits) error
		limits term.Limits
		want   error
	}{
		{into[point](unknown), term.Limits{MaxDepth: 3, MaxElements: 5}, nil},
		{into[point](unknown), term.Limits{MaxDepth: 2}, term.ErrTooDeep},
		{into[point](unknown), term.Limits{MaxElements: 4}, term.ErrTooMany},
		{into[any](raw), term.Limits{MaxDepth: 4, MaxElements: 7}, nil},
		{into[any](raw), term.Limits{MaxDepth: 3}, term.ErrTooDeep},
		{into[any](raw), term.Limits{MaxElements: 6}, term.ErrTooMany},
	} {
		require.ErrorIs(t, test.decode(test.limits), test.want)
	}
}

func into[T any](encoded []byte) func(term.Limits) error {
	return func(l term.Limits) error {
		_, err := term.DecodeWith[T](l, encoded)
		return err
	}
}

func TestLimits_MemoryKeepsShortEncodingsOfHugeValuesOut(t *testing.T) {
	type huge struct{ Page [1 << 12]byte }
	encoded := term.MustEncode(make([]any, 100_000)) // each nil is a page
	_, err := term.Decode[[]huge](encoded)
	require.ErrorIs(t, err, term.ErrTooLarge)
	_, err = term.Decode[map[int]huge](term.MustEncode(manyKeys(100_000)))
	require.ErrorIs(t, err, term.ErrTooLarge)
	_, err = term.DecodeWith[*huge](term.Limits{MaxMemory: 100}, []byte{0x80})
	require.ErrorIs(t, err, term.ErrTooLarge)
}

func manyKeys(n int) map[int]any {
	m := make(map[int]any, n)
	for i := range n {
		m[i] = nil
	}
	return m
}

func TestLimits_BoundEncodingsToo(t *testing.T) {
	limits := term.Limits{MaxBytes: 10, MaxDepth: 2}
	for _, test := range []struct {
		value any
		want  error
	}{
		{make([]byte, 8), nil},
		{make([]byte, 9), term.ErrTooLarge},
		{[]any{[]any{}}, nil},
		{[]any{[]any{[]any{}}}, term.ErrTooDeep},
		{[][]any{make([]any, 20), {}}, term.ErrTooLarge},
	} {
		dst := []byte("these do not count")
		_, err := limits.AppendEncode(dst, test.value)
		require.ErrorIs(t, err, test.want)
	}
	_, err := limits.AppendMessage(nil, []any{[]any{int8(1)}})
	require.ErrorIs(t, err, term.ErrTooDeep, "a type name nests too")
}

// loop is a value that contains itself in every way there is.
type loop struct {
	Next     *loop
	Any      any
	List     []*loop
	ByName   map[string]*loop
	ByNumber map[int]loop
}

func TestEncodeAndIsolate_ValuesThatContainThemselvesAreTooDeep(t *testing.T) {
	pointer, array, mapped := &loop{}, []any{nil}, map[string]any{}
	pointer.Next, array[0], mapped["self"] = pointer, array, mapped
	byAny, byList, byName, byNumber := &loop{}, &loop{}, &loop{}, &loop{}
	byAny.Any, byList.List = byAny, []*loop{byList}
	byName.ByName, byNumber.ByNumber = map[string]*loop{"": byName}, map[int]loop{}
	byNumber.ByNumber[1] = *byNumber
	var toItself any
	toItself = &toItself
	for _, v := range []any{pointer, array, mapped, byAny, byList, byName, byNumber, toItself} {
		_, err := term.Isolate(v)
		require.ErrorIs(t, err, term.ErrTooDeep, reflect.TypeOf(v))
	}
	for _, v := range []any{pointer, array, mapped, byList, byName, byNumber} {
		_, err := term.Encode(v)
		require.ErrorIs(t, err, term.ErrTooDeep, reflect.TypeOf(v))
	}
}

func TestEncode_TypesOfPointersToThemselvesAreRefused(t *testing.T) {
	type endless *endless
	require.ErrorIs(t, encodeErr(endless(nil)), term.ErrUnsendable)
	require.ErrorIs(t, isolateErr(struct{ P endless }{}), term.ErrUnsendable)
}

func TestDepth_IsTheSameForEncodingCopyingAndDecoding(t *testing.T) {
	const most = term.DefaultMaxDepth
	for _, v := range []any{list(most - 1), tower(most)} { // the name of a type nests too
		require.NoError(t, isolateErr(v))
		b, err := term.AppendMessage(nil, v)
		require.NoError(t, err)
		_, err = term.DecodeMessage(b)
		require.NoError(t, err)
	}
	for _, v := range []any{list(most), tower(most + 1)} {
		require.ErrorIs(t, isolateErr(v), term.ErrTooDeep)
		_, err := term.AppendMessage(nil, v)
		require.ErrorIs(t, err, term.ErrTooDeep)
		require.Less(t, len(err.Error()), 300)
	}
}

// list returns a list of n nodes.
func list(n int) *tree {
	head := &tree{}
	for range n - 1 {
		head = &tree{Left: head}
	}
	return head
}

// tower returns n slices, one in the other.
func tower(n int) []any {
	top := []any{}
	for range n - 1 {
		top = []any{top}
	}
	return top
}
