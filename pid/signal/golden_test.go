package signal_test

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// The lines of the golden files. The wire forms are stable: lines are added,
// none is ever changed.
type goldenReason struct {
	Reason signal.ExitReason
	Wire   hexBytes
}

type hexBytes []byte

func (h *hexBytes) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

// readGolden reads a file of one JSON object a line.
func readGolden[T any](t testing.TB, file string) []T {
	t.Helper()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	var all []T
	for line := range strings.Lines(string(content)) {
		decoder := json.NewDecoder(strings.NewReader(line))
		decoder.DisallowUnknownFields()
		var v T
		require.NoError(t, decoder.Decode(&v), line)
		all = append(all, v)
	}
	require.NotEmpty(t, all)
	return all
}

func goldenReasons(t testing.TB) []goldenReason {
	return readGolden[goldenReason](t, "testdata/exit_reason.golden.jsonl")
}

func mustPID(t testing.TB, text string) pid.PID {
	t.Helper()
	p, err := pid.ParsePID(text)
	require.NoError(t, err)
	return p
}

func mustRef(t testing.TB, text string) pid.Ref {
	t.Helper()
	r, err := pid.ParseRef(text)
	require.NoError(t, err)
	return r
}
