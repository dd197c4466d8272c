package term_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/term"
)

func TestRaw_KnowsItsNameAndCanBeDecodedAndSentOn(t *testing.T) {
	original := term.MustEncode([]any{mustRaw("shop.Order", map[string]any{"ID": 5, "Items": []string{"a"}})})
	arrived, err := term.Decode[[]any](original)
	require.NoError(t, err)
	raw := arrived[0].(term.Raw)
	require.Equal(t, "shop.Order", raw.Name())
	require.Equal(t, "shop.Order (raw, 26 bytes)", raw.String())

	var order struct {
		ID    int
		Items any
	}
	require.NoError(t, raw.DecodeInto(&order))
	require.Equal(t, 5, order.ID)
	require.Equal(t, []string{"a"}, order.Items)
	require.Equal(t, original, term.MustEncode([]any{raw}), "unchanged")

	again, err := term.NewRaw(raw.Name(), raw.Body())
	require.NoError(t, err)
	require.True(t, raw == again, "comparable")
}

func TestRaw_AFieldKeepsAnyNamedValueUndecoded(t *testing.T) {
	type keeper struct{ Value term.Raw }
	encoded := term.MustEncode(map[string]any{"Value": point{1, 2}})
	got, err := term.Decode[keeper](encoded)
	require.NoError(t, err)
	require.Equal(t, keeper{mustRaw("test.point", point{1, 2})}, got)
	require.Equal(t, encoded, term.MustEncode(got))
	for _, v := range []any{5, []any{1, 2}, []any{term.Ext{Code: 99}, 1}} {
		_, err := term.Decode[keeper](term.MustEncode(map[string]any{"Value": v}))
		require.ErrorIs(t, err, term.ErrMismatch)
	}
}

func TestRaw_ZeroValueTravels(t *testing.T) {
	got, err := term.Decode[any](term.MustEncode([]any{term.Raw{}}))
	require.NoError(t, err)
	require.Equal(t, []any{term.Raw{}}, got)
	require.Equal(t, []byte{0xc0}, term.Raw{}.Body())
}

func TestNewRaw_ChecksNameAndBody(t *testing.T) {
	for _, test := range []struct {
		name string
		body []byte
		want error
	}{
		{"ok", []byte{0x91, 1}, nil},
		{"no body", nil, term.ErrTruncated},
		{"two values", []byte{1, 1}, term.ErrTrailingBytes},
		{"half a value", []byte{0x91}, term.ErrTruncated},
		{strings.Repeat("a", 256), []byte{1}, term.ErrTooLarge},
	} {
		_, err := term.NewRaw(test.name, test.body)
		require.ErrorIs(t, err, test.want, test.name)
	}
	_, err := term.NewRaw("\xff", []byte{1})
	require.ErrorContains(t, err, "not UTF-8")
}

func TestExt_TravelsAsItIs(t *testing.T) {
	for _, e := range []term.Ext{{}, {Code: 127, Data: "x"}, {Code: -128, Data: strings.Repeat("x", 70_000)}} {
		type holder struct{ E term.Ext }
		got, err := term.Decode[holder](term.MustEncode(holder{e}))
		require.NoError(t, err)
		require.Equal(t, holder{e}, got)
	}
	_, err := term.Encode(term.Ext{Code: term.ExtTypeName})
	require.ErrorContains(t, err, "a type name is no value")
	type holder struct{ E term.Ext }
	require.ErrorIs(t, term.DecodeInto([]byte("\x81\xa1E\xd4\x01a"), new(holder)), term.ErrMismatch)
}
