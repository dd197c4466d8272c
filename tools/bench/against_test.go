package main_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	bench "github.com/starlang-go/starlang/tools/bench"
)

// requireNoWorkTree fails if git knows of a work tree in the directory for temporary
// files, or if something is left there.
func requireNoWorkTree(t *testing.T) {
	out, err := exec.Command("git", "worktree", "list").Output()
	require.NoError(t, err)
	require.NotContains(t, string(out), os.TempDir())
	left, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestAgainst_RunsBothSidesInTurns(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var stdout, stderr bytes.Buffer
	args := strings.Fields("-against HEAD -workloads pingpong,spawn -passes 2 -scale 0.0002")
	require.NoError(t, bench.Run(t.Context(), args, &stdout, &stderr), stderr.String())

	require.Contains(t, stdout.String(), "compared with HEAD: ")
	require.Regexp(t, `pingpong +[0-9.]+× +[0-9.]+× – [0-9.]+× +[0-9.]+× .* 2\n`, stdout.String())
	var order []string
	for line := range strings.Lines(stderr.String()) {
		if _, run, ok := strings.Cut(line, ": pingpong "); ok {
			order = append(order, strings.TrimSpace(run))
		}
	}
	require.Equal(t, []string{"against", "starlang", "starlang", "against"}, order)
	requireNoWorkTree(t)
}

// interrupt cancels a context as soon as something runs.
type interrupt struct{ cancel func() }

func (i interrupt) Write(p []byte) (int, error) {
	if strings.Contains(string(p), "pass 1") {
		i.cancel()
	}
	return len(p), nil
}

func TestAgainst_LeavesNothingWhenInterrupted(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	err := bench.Run(ctx, strings.Fields("-against HEAD -workloads pingpong"), io.Discard, interrupt{cancel})
	require.ErrorIs(t, err, context.Canceled)
	requireNoWorkTree(t)
}
