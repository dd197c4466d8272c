package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/examples/internal/golden"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestOutput(t *testing.T) { golden.Check(t, run) }

// The README of module runtime shows main.go, without the comment on top, and the tests.
func TestReadme_ShowsTheProgramAndItsTests(t *testing.T) {
	readme, err := os.ReadFile("../../runtime/README.md")
	require.NoError(t, err)
	program, err := os.ReadFile("main.go")
	require.NoError(t, err)
	require.LessOrEqual(t, strings.Count(string(program), "\n"), 60)
	_, program2, _ := strings.Cut(string(program), "\n")
	require.Contains(t, string(readme), "```go\n"+program2+"```\n")
	tests, err := os.ReadFile("shop_test.go")
	require.NoError(t, err)
	_, body, _ := strings.Cut(string(tests), "\n)\n\n")
	require.Contains(t, string(readme), "```go\n"+body+"```\n")
}
