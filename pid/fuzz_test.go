package pid_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
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
