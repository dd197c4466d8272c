package term_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReadme_CodeIsThatOfAnExample(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(readme), "```go\n")
	require.True(t, found)
	code, rest, found := strings.Cut(rest, "```")
	require.True(t, found)

	examples, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	require.Contains(t, strings.ReplaceAll(string(examples), "\n\t", "\n"), code)
	for _, line := range strings.Split(rest, "\n")[2:4] {
		require.Contains(t, string(examples), "// "+strings.TrimSpace(line), "the output")
	}
}
