package term_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"

	"github.com/starlang-go/starlang/term"
)

func TestAtom_EqualNamesAreEqualAtoms(t *testing.T) {
	require.True(t, term.MustAtom("ok") == term.MustAtom(strings.Clone("ok")))
	require.False(t, term.MustAtom("ok") == term.MustAtom("error"))
	require.True(t, term.Atom{} == term.MustAtom(""))
	require.Equal(t, "ok", term.MustAtom("ok").String())
	require.Empty(t, term.Atom{}.String())
}

func TestAtom_NamesAreBounded(t *testing.T) {
	_, err := term.NewAtom(strings.Repeat("a", term.MaxAtomBytes))
	require.NoError(t, err)
	_, err = term.NewAtom(strings.Repeat("a", term.MaxAtomBytes+1))
	require.ErrorIs(t, err, term.ErrTooLarge)
	_, err = term.NewAtom("\xff")
	require.ErrorContains(t, err, "not valid UTF-8")
	require.Panics(t, func() { term.MustAtom("\xff") })
}

func TestAtom_TextJSONAndMessagePackForms(t *testing.T) {
	for _, name := range []string{"", "ok", `quote"d`, strings.Repeat("ö", 127)} {
		want := map[term.Atom]term.Atom{term.MustAtom(name): term.MustAtom(name)}

		var fromJSON map[term.Atom]term.Atom
		text, err := json.Marshal(want)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &fromJSON))
		require.Equal(t, want, fromJSON)

		theirs, err := msgpack.Marshal(want)
		require.NoError(t, err)
		require.Equal(t, theirs, term.MustEncode(want))
		var fromMsgpack map[term.Atom]term.Atom
		require.NoError(t, msgpack.Unmarshal(theirs, &fromMsgpack))
		require.Equal(t, want, fromMsgpack)

		appended, err := term.MustAtom(name).AppendText([]byte("name: "))
		require.NoError(t, err)
		require.Equal(t, "name: "+name, string(appended))
	}
	var a term.Atom
	require.Error(t, a.UnmarshalText([]byte("\xff")))
	require.Error(t, json.Unmarshal([]byte(`5`), &a))
}
