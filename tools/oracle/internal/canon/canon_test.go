package canon_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/tools/oracle/internal/canon"
)

func TestAppend_SortsKeysAndLeavesOutSpaces(t *testing.T) {
	v := map[string]any{
		"steps": []any{"ok", true, nil, 7, json.Number("-8"), []string{"p10", "p2"}},
		"final": map[string]any{},
		"name":  "x",
	}
	require.Equal(t, `{"final":{},"name":"x","steps":["ok",true,null,7,-8,["p10","p2"]]}`, canon.String(v))
}

func TestAppend_EscapesAsTheRecorderDoes(t *testing.T) {
	require.Equal(t, `"\"\\/\u0000\u000a\u001f<>&é`+"\u2028\x7f"+`"`, canon.String("\"\\/\x00\n\x1f<>&é\u2028\x7f"))
}

func TestAppend_PanicsForWhatHasNoForm(t *testing.T) {
	require.PanicsWithValue(t, "canon: no form for a float64", func() { canon.String(1.5) })
}

func TestDecode_ReturnsWhatAppendWrote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := map[string]any{}
		for _, key := range rapid.SliceOf(rapid.String()).Draw(t, "keys") {
			v[key] = rapid.OneOf(
				rapid.Just[any](nil),
				rapid.Map(rapid.Bool(), func(b bool) any { return b }),
				rapid.Map(rapid.String(), func(s string) any { return s }),
				rapid.Map(rapid.SliceOf(rapid.String()), func(l []string) any {
					list := make([]any, len(l))
					for i, s := range l {
						list[i] = s
					}
					return list
				}),
			).Draw(t, "value")
		}
		got, err := canon.Decode(canon.Append(nil, v))
		require.NoError(t, err)
		require.Equal(t, v, got)
	})
}

func TestDecode_KeepsIntegersOfAnySize(t *testing.T) {
	v, err := canon.Decode([]byte(" 123456789012345678901234567890 "))
	require.NoError(t, err)
	require.Equal(t, json.Number("123456789012345678901234567890"), v)
}

func TestDecode_SaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{ // the rest of each text is encoding/json's
		``:         "not JSON: ",
		`{"a":`:    "not JSON: it ends in the middle of a value",
		`{"a":x}`:  "not JSON: invalid character 'x'",
		`{"a":1,}`: "at byte 8",
		`{} {}`:    "not JSON: something follows the value",
		`{}]`:      "not JSON: something follows the value",
		"\"\xff\"": "not JSON: bytes that are not UTF-8",
	} {
		_, err := canon.Decode([]byte(text))
		require.ErrorContains(t, err, want, text)
	}
}
