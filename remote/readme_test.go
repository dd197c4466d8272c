package remote_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// The README's program has thirty lines and does what it says.
func TestReadme_ProgramRuns(t *testing.T) {
	program := buildReadme(t)
	a, b := "a@"+freeAddress(t), "b@"+freeAddress(t)
	printer := exec.CommandContext(bounded(t), program, a)
	printer.Stderr = t.Output()
	stdout, err := printer.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, printer.Start())
	t.Cleanup(func() {
		_ = printer.Process.Kill()
		_ = printer.Wait()
	})
	printed := make(chan string, 1)
	go func() { // ends with the program's first line, or with the program
		line, _ := bufio.NewReader(stdout).ReadString('\n')
		printed <- line
	}()
	for { // until the first program is ready
		said, err := exec.CommandContext(bounded(t), program, b, a).CombinedOutput()
		require.NoError(t, err, "%s", said)
		require.Contains(t, string(said), "ended: ")
		select {
		case line := <-printed:
			require.Equal(t, "hello from "+b+"\n", line)
			return
		default:
		}
	}
}

// buildReadme builds the program that the README shows.
func buildReadme(t *testing.T) (path string) {
	t.Helper()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(readme), "```go\n")
	require.True(t, found)
	code, _, found := strings.Cut(rest, "```")
	require.True(t, found)
	require.LessOrEqual(t, strings.Count(code, "\n"), 30)

	dir := t.TempDir()
	source := filepath.Join(dir, "main.go")
	require.NoError(t, os.WriteFile(source, []byte(code), 0o600))
	path = filepath.Join(dir, "program")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, source).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return path
}

// freeAddress returns an address of loopback on which nobody listens. Its port is below
// those that systems give to whoever asks for any, so that nobody is given it before it
// is used; not even who dials it too early, and would be connected with himself.
func freeAddress(t *testing.T) string {
	t.Helper()
	for {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 10_000+rand.N(20_000)))
		if err == nil {
			defer l.Close()
			return l.Addr().String()
		}
		require.ErrorIs(t, err, syscall.EADDRINUSE)
	}
}
