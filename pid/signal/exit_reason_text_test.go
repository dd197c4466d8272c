package signal_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

func TestExitReason_TextForms(t *testing.T) {
	for text, want := range map[string]signal.ExitReason{
		"normal":             signal.Normal,
		"shutdown":           signal.Shutdown,
		"kill":               signal.Kill,
		"killed":             signal.Killed,
		"noproc":             signal.NoProc,
		"noconnection":       signal.NoConnection,
		"shutdown: ":         signal.ShutdownReason(""),
		"shutdown: drained":  signal.ShutdownReason("drained"),
		"shutdown: error: x": signal.ShutdownReason("error: x"),
		"error: ":            signal.Error(""),
		"error:  ":           signal.Error(" "),
		"error: normal":      signal.Error("normal"),
		"error: a\nb\n":      signal.Error("a\nb\n"),
		"error: \uFFFD\x00":  signal.Error("\uFFFD\x00"),
	} {
		t.Run(text, func(t *testing.T) {
			require.Equal(t, text, want.String())
			require.Equal(t, text, want.Error())
			got, err := signal.ParseExitReason(text)
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
}

func TestParseExitReason_RefusesAllElse(t *testing.T) {
	tooLong := "error: " + strings.Repeat("x", signal.MaxReasonTextBytes+1)
	for text, want := range map[string]struct {
		offset int
		why    string
	}{
		"":                    {0, `is none of "normal", "shutdown", "kill", "killed", "noproc", "noconnection", "shutdown: …", "error: …"`},
		"Normal":              {0, "is none of"},
		" normal":             {0, "is none of"},
		"normal ":             {0, "is none of"},
		"normal: x":           {0, "is none of"},
		"error":               {0, "is none of"},
		"error:":              {0, "is none of"},
		"error:x":             {0, "is none of"},
		"shutdown:":           {0, "is none of"},
		"shutdown x":          {0, "is none of"},
		"disk full":           {0, "is none of"},
		"error: \uFFFDa\xffb": {11, "the text is not valid UTF-8"},
		"shutdown: \xc3":      {10, "the text is not valid UTF-8"},
		tooLong:               {len(tooLong) - 1, "the text is longer than 65536 bytes"},
	} {
		got, err := signal.ParseExitReason(text)
		require.Zero(t, got)
		require.ErrorIs(t, err, pid.ErrSyntax)
		var parseErr *pid.ParseError
		require.ErrorAs(t, err, &parseErr)
		require.Equal(t, "exit reason", parseErr.Type)
		require.Equal(t, text, parseErr.Input)
		require.Equal(t, want.offset, parseErr.Offset)
		require.Contains(t, parseErr.Why, want.why)
	}
}

func TestExitReason_TextAndJSONRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := reasons().Draw(t, "reason")
		parsed, err := signal.ParseExitReason(want.String())
		require.NoError(t, err)
		require.Equal(t, want, parsed)

		b, err := json.Marshal(map[signal.ExitReason]signal.ExitReason{want: want})
		require.NoError(t, err)
		var got map[signal.ExitReason]signal.ExitReason
		require.NoError(t, json.Unmarshal(b, &got))
		require.Equal(t, map[signal.ExitReason]signal.ExitReason{want: want}, got)
	})
}

func TestExitReason_UnmarshalTextLeavesTheValueAloneOnError(t *testing.T) {
	reason := signal.Killed
	require.ErrorIs(t, reason.UnmarshalText([]byte("murdered")), pid.ErrSyntax)
	require.Equal(t, signal.Killed, reason)
}

func FuzzParseExitReason(f *testing.F) {
	for _, text := range []string{
		"normal", "shutdown", "kill", "killed", "noproc", "noconnection", "shutdown: ", "error: ",
		"error: a\nb", "error", "error:", "Normal", " normal", "error: \xff", "shutdown: error: normal", "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		reason, err := signal.ParseExitReason(text)
		if err != nil {
			require.ErrorIs(t, err, pid.ErrSyntax)
			require.Zero(t, reason)
			return
		}
		require.Equal(t, text, reason.String(), "one reason has one text form")
	})
}
