// Package golden checks that an example prints what stands beside it in
// output.txt.
package golden

import (
	"bytes"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// Check runs an example and compares what it prints with output.txt.
func Check(t *testing.T, run func(io.Writer) error) {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, run(&out))
	want, err := os.ReadFile("output.txt")
	require.NoError(t, err)
	require.Equal(t, string(want), out.String())
}
