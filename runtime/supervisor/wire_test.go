package supervisor_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime/supervisor"
	"github.com/starlang-go/starlang/term"
)

// Requests and replies come from other nodes as they are.
func TestWire_RequestsAndRepliesRoundTrip(t *testing.T) {
	for _, v := range supervisor.WireValues {
		b, err := term.Encode([]any{v}) // in an interface, as a message is
		require.NoError(t, err, "%T", v)
		back, err := term.Decode[[]any](b)
		require.NoError(t, err, "%T", v)
		require.Equal(t, []any{v}, back)
	}
}
