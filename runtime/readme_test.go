package runtime_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The first program of the README is the body of Example.
func TestReadme_ShowsTheExample(t *testing.T) {
	source, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	_, body, found := strings.Cut(string(source), "func Example() {\n")
	require.True(t, found)
	body, _, found = strings.Cut(body, "\tfmt.Println(err, rt.Shutdown")
	require.True(t, found)
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	body = strings.ReplaceAll("\n"+body, "\n\t", "\n")
	require.Contains(t, string(readme), "```go"+body+"```\n")
}
