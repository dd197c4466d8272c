package signal_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/term"
)

func TestReadReason_IsTheInverseOfAppendReason(t *testing.T) {
	for _, want := range []signal.ExitReason{
		signal.Normal, signal.Kill, signal.Shutdown, signal.ShutdownReason("x"), signal.Error(""),
		signal.Error(strings.Repeat("y", signal.MaxReasonTextBytes)),
		signal.Foreign([]byte{0xff}, "text"), signal.ForeignShutdown(nil, "text"),
	} {
		got, err := signal.ReadReason(term.NewReader(signal.AppendReason(nil, want)))
		require.NoError(t, err)
		require.True(t, want == got, "%v", want)
	}
}

func TestReadReason_LosesNoReasonForItsText(t *testing.T) {
	long := strings.Repeat("x", 2*signal.MaxReasonTextBytes)
	for text, want := range map[string]signal.ExitReason{
		"error: a\xffb":     signal.Error("a\uFFFDb"),
		"shutdown: " + long: signal.ShutdownReason(long),
		"error: " + long:    signal.Error(long),
		"moved away":        signal.Error("moved away"),
	} {
		got, err := signal.ReadReason(term.NewReader(term.AppendString(nil, text)))
		require.NoError(t, err)
		require.True(t, want == got)
	}
	_, err := signal.ReadReason(term.NewReader([]byte{0x01}))
	require.Error(t, err, "what is no reason at all")
}
