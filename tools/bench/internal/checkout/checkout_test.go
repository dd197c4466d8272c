package checkout_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/bench/internal/checkout"
)

// repository has two commits, of which the second changes file.txt.
func repository(t *testing.T) string {
	dir := t.TempDir()
	t.Setenv("TMPDIR", t.TempDir())
	git(t, dir, "init", "--quiet")
	for _, text := range []string{"first", "second"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "file.txt"), []byte(text), 0o600))
		git(t, dir, "add", "file.txt")
		git(t, dir, "-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "--quiet", "-m", text)
	}
	return dir
}

func git(t *testing.T, dir string, args ...string) string {
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}

// leftovers are what is in the directory for temporary files.
func leftovers(t *testing.T) []string {
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "*"))
	require.NoError(t, err)
	return left
}

func TestNew_HasTheCommitsFilesAndLeavesNothing(t *testing.T) {
	dir := repository(t)
	before := git(t, dir, "worktree", "list")

	c, err := checkout.New(t.Context(), dir, "HEAD~1")
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(c.Dir, "file.txt"))
	require.NoError(t, err)
	require.Equal(t, "first", string(text))
	require.Contains(t, c.Commit, ", first")

	require.NoError(t, c.Close())
	require.Empty(t, leftovers(t))
	require.Equal(t, before, git(t, dir, "worktree", "list"))
	text, err = os.ReadFile(filepath.Join(dir, "file.txt"))
	require.NoError(t, err)
	require.Equal(t, "second", string(text), "the work tree itself stays as it is")
}

func TestNew_SaysWhatIsWrong(t *testing.T) {
	dir := repository(t)
	_, err := checkout.New(t.Context(), dir, "nonsense")
	require.ErrorContains(t, err, `there is no commit "nonsense"`)
	_, err = checkout.New(t.Context(), dir, "--help")
	require.ErrorContains(t, err, `there is no commit "--help"`)
	_, err = checkout.New(t.Context(), t.TempDir(), "HEAD")
	require.ErrorContains(t, err, "not a git repository")

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = checkout.New(ended, dir, "HEAD")
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, leftovers(t))
}

func TestHead_TellsOfChanges(t *testing.T) {
	dir := repository(t)
	name, err := checkout.Head(t.Context(), dir)
	require.NoError(t, err)
	require.Regexp(t, `^[0-9a-f]+, second$`, name)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "file.txt"), []byte("third"), 0o600))
	name, err = checkout.Head(t.Context(), dir)
	require.NoError(t, err)
	require.Regexp(t, `^[0-9a-f]+, second, with changes$`, name)
}
