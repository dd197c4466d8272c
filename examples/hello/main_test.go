package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The README shows this very program, from its types on to the end of hello.
func TestReadmeShowsThisProgram(t *testing.T) {
	source, err := os.ReadFile("main.go")
	require.NoError(t, err)
	_, shown, found := strings.Cut(string(source), "type Ping")
	require.True(t, found)
	shown, _, found = strings.Cut(shown, "\nfunc main()")
	require.True(t, found)
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	require.Contains(t, string(readme), "```go\ntype Ping"+strings.TrimRight(shown, "\n")+"\n```\n")
}
