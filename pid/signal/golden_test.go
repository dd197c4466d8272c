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

type goldenEnvelope struct {
	Kind   string
	From   pid.PID
	Ref    pid.Ref
	Reason signal.ExitReason
	Value  any
	Raw    *hexBytes
	Wire   hexBytes
}

type hexBytes []byte

func (h *hexBytes) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

// envelope returns the envelope that the line describes.
func (g goldenEnvelope) envelope() signal.Envelope {
	e := signal.Envelope{From: g.From, Ref: g.Ref, Reason: g.Reason, Value: g.Value}
	for k := signal.Message; k.Valid(); k++ {
		if k.String() == g.Kind {
			e.Kind = k
		}
	}
	if n, ok := g.Value.(float64); ok { // JSON has no other numbers
		e.Value = int(n)
	}
	if g.Raw != nil {
		e.Value = []byte(*g.Raw)
	}
	return e
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

func goldenEnvelopes(t testing.TB) []goldenEnvelope {
	return readGolden[goldenEnvelope](t, "testdata/envelope.golden.jsonl")
}
