package command_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/modctl/internal/command"
)

func TestOutput_ReturnsStandardOutput(t *testing.T) {
	dir := t.TempDir()
	cmd := command.Command{Dir: dir, Env: []string{"GOWORK=off", "GOFLAGS=-mod=mod"}}
	out, err := cmd.Output(t.Context(), "go", "env", "GOWORK", "GOFLAGS")
	require.NoError(t, err)
	require.Equal(t, []string{"off", "-mod=mod"}, command.Lines(out))
}

func TestOutput_ErrorHasCommandLineAndStandardError(t *testing.T) {
	_, err := command.Command{Dir: t.TempDir()}.Output(t.Context(), "go", "no-such-command")
	require.ErrorContains(t, err, "go no-such-command")
	require.ErrorContains(t, err, "unknown command")
}

func TestOutput_EndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := command.Command{}.Output(ctx, "go", "version")
	require.ErrorIs(t, err, context.Canceled)
}

func TestLines_DropsEmptyLines(t *testing.T) {
	require.Equal(t, []string{"a", "b"}, command.Lines("a\n\n  b\n"))
	require.Empty(t, command.Lines(""))
}
