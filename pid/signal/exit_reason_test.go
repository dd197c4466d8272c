package signal_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/pid/signal"
)

// reasons draws every kind of reason, with texts that look like text forms too.
func reasons() *rapid.Generator[signal.ExitReason] {
	texts := rapid.OneOf(
		rapid.SampledFrom([]string{"", " ", "\n", "normal", "error: ", "shutdown: x", "\uFFFD"}),
		rapid.String(),
	)
	return rapid.OneOf(
		rapid.SampledFrom([]signal.ExitReason{
			signal.Normal, signal.Shutdown, signal.Kill, signal.Killed, signal.NoProc, signal.NoConnection,
		}),
		rapid.Map(texts, signal.Error),
		rapid.Map(texts, signal.ShutdownReason),
	)
}

func TestExitReason_KindsAreKeptApart(t *testing.T) {
	for _, c := range []struct {
		reason                             signal.ExitReason
		normal, shutdown, failure, isError bool
		text                               string
	}{
		{reason: signal.Normal, normal: true},
		{reason: signal.Shutdown, shutdown: true},
		{reason: signal.ShutdownReason("drained"), shutdown: true, text: "drained"},
		{reason: signal.Kill, failure: true},
		{reason: signal.Killed, failure: true},
		{reason: signal.NoProc, failure: true},
		{reason: signal.NoConnection, failure: true},
		{reason: signal.Error("boom"), failure: true, isError: true, text: "boom"},
	} {
		t.Run(c.reason.String(), func(t *testing.T) {
			require.Equal(t, c.normal, c.reason.IsNormal())
			require.Equal(t, c.shutdown, c.reason.IsShutdown())
			require.Equal(t, c.failure, c.reason.IsFailure())
			require.Equal(t, c.isError, c.reason.IsError())
			require.Equal(t, c.text, c.reason.Text())
		})
	}
}

func TestExitReason_ZeroIsNormal(t *testing.T) {
	require.Equal(t, signal.Normal, signal.ExitReason{})
}

func TestExitReason_EqualExactlyIfSameKindAndText(t *testing.T) {
	one, other := signal.Error("a"), signal.Error("a")
	require.True(t, one == other)
	require.False(t, signal.Error("a") == signal.Error("b"))
	require.False(t, signal.Error("") == signal.Normal)
	require.False(t, signal.ShutdownReason("") == signal.Shutdown)
	require.False(t, signal.ShutdownReason("a") == signal.Error("a"))
	require.False(t, signal.Kill == signal.Killed)
}

func TestExitReason_IsFoundInAChainOfErrors(t *testing.T) {
	err := fmt.Errorf("ask the bank: %w", signal.Killed)
	require.ErrorIs(t, err, signal.Killed)
	require.NotErrorIs(t, err, signal.Kill)

	err = fmt.Errorf("ask the bank: %w", signal.Error("disk full"))
	require.ErrorIs(t, err, signal.Error("disk full"))
	var reason signal.ExitReason
	require.True(t, errors.As(err, &reason))
	require.Equal(t, "disk full", reason.Text())
}

func TestExitReason_LongTextIsCutNotLost(t *testing.T) {
	longest := strings.Repeat("x", signal.MaxReasonTextBytes)
	require.Equal(t, longest, signal.Error(longest).Text())

	for name, text := range map[string]string{
		"one byte more":    longest + "x",
		"much more":        strings.Repeat(longest, 16),
		"runes of two":     strings.Repeat("é", signal.MaxReasonTextBytes),
		"runes of three":   strings.Repeat("世", signal.MaxReasonTextBytes),
		"runes of four":    strings.Repeat("𝄞", signal.MaxReasonTextBytes),
		"invalid, growing": strings.Repeat("x\xff", signal.MaxReasonTextBytes/2),
	} {
		t.Run(name, func(t *testing.T) {
			for _, reason := range []signal.ExitReason{signal.Error(text), signal.ShutdownReason(text)} {
				cut, marked := strings.CutSuffix(reason.Text(), "…")
				require.True(t, marked)
				require.True(t, strings.HasPrefix(strings.ToValidUTF8(text, "\uFFFD"), cut))
				require.True(t, utf8.ValidString(cut))
				require.LessOrEqual(t, len(reason.Text()), signal.MaxReasonTextBytes)
				require.Greater(t, len(reason.Text()), signal.MaxReasonTextBytes-utf8.UTFMax)
				require.Equal(t, reason.Text(), signal.Error(reason.Text()).Text(), "cutting again changes nothing")
			}
		})
	}
}

func TestExitReason_InvalidUTF8IsReplaced(t *testing.T) {
	require.Equal(t, "a\uFFFDb", signal.Error("a\xff\xfeb").Text())
}
