package signal_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/term"
)

func TestForeign_PassesTheTermOnByteForByte(t *testing.T) {
	long := []byte(strings.Repeat("\x83h\x00\xff", signal.MaxReasonTextBytes))
	for _, raw := range [][]byte{{}, {0xff}, []byte("\x83w\x05hello"), long} {
		for _, r := range []signal.ExitReason{signal.Foreign(raw, "a text"), signal.ForeignShutdown(raw, "a text")} {
			wire, err := term.Encode(r)
			require.NoError(t, err)
			got, err := term.Decode[signal.ExitReason](wire)
			require.NoError(t, err)
			require.True(t, r == got, "it is comparable")
			back, foreign := got.Raw()
			require.True(t, foreign)
			require.True(t, string(raw) == back)
			require.Equal(t, "a text", got.Text())
		}
	}
}

func TestForeign_AnswersTheTwoQuestions(t *testing.T) {
	failure, stop := signal.Foreign([]byte("x"), "badarg"), signal.ForeignShutdown([]byte("x"), "updated")
	require.True(t, failure.IsFailure())
	require.False(t, failure.IsShutdown())
	require.False(t, failure.IsError(), "that is what Error makes")
	require.True(t, stop.IsShutdown())
	require.False(t, stop.IsFailure())
	require.Equal(t, "error: badarg", failure.String())
	require.Equal(t, "shutdown: updated", stop.String())
	require.NotEqual(t, failure, signal.Foreign([]byte("y"), "badarg"))
	require.NotEqual(t, failure, signal.Error("badarg"))
	_, foreign := signal.Error("badarg").Raw()
	require.False(t, foreign)
}

func TestForeign_IsAFailureIfItsTextHasNoEnd(t *testing.T) {
	for _, content := range []string{"\x08", "\x08\x05abc", "\x09\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\x08\x01\xff", "\x08\x80\x00"} {
		wire := append(term.AppendExtHeader(nil, term.ExtExitReason, len(content)), content...)
		r, err := term.Decode[signal.ExitReason](wire)
		require.NoError(t, err, "%q", content)
		require.True(t, r.IsError(), "%q", content)
	}
}

func TestAnswer_EndsWhatWasToBegin(t *testing.T) {
	to := pid.Address{PID: mustPID(t, "<a@h.1.2>")}
	ref := mustRef(t, "#Ref<b@h.3.2>")
	want := map[signal.Kind]signal.Kind{
		signal.Link: signal.LinkExit, signal.Monitor: signal.DownSignal, signal.Call: signal.DownSignal,
	}
	for k := signal.Message; k.Valid(); k++ {
		back, ok := signal.Answer(to, signal.Envelope{Kind: k, From: mustPID(t, "<b@h.1.2>"), Ref: ref}, signal.NoProc)
		require.Equal(t, want[k] != 0, ok, k)
		if ok {
			require.Equal(t, signal.Envelope{Kind: want[k], From: to.PID, Ref: ref, Reason: signal.NoProc}, back)
		}
	}
	_, ok := signal.Answer(to, signal.Envelope{Kind: signal.Call}, signal.NoProc)
	require.False(t, ok, "a call without a monitor")
}
