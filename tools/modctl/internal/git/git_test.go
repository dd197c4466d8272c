package git_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/modctl/internal/fixture"
	"github.com/starlang-go/starlang/tools/modctl/internal/git"
)

func TestChanged_IsCommittedEditedAndNewSinceTheBranchBegan(t *testing.T) {
	root := fixture.Files{"a/a.go": "a", "b/b.go": "b", "c/c.go": "c"}.Write(t)
	fixture.Commit(t, root)
	fixture.Git(t, root, "switch", "-q", "-c", "topic")
	fixture.WriteFile(t, root, "a/a.go", "changed")
	fixture.Commit(t, root)
	fixture.WriteFile(t, root, "b/b.go", "changed")
	fixture.WriteFile(t, root, "new", "new")

	files, err := git.Repo{Root: root}.Changed(t.Context(), "main")
	require.NoError(t, err)
	require.Equal(t, []string{"a/a.go", "b/b.go", "new"}, files)
}

func TestChanged_UnknownBaseIsAnError(t *testing.T) {
	root := fixture.Files{"a": "a"}.Write(t)
	fixture.Commit(t, root)
	_, err := git.Repo{Root: root}.Changed(t.Context(), "no-such-branch")
	require.ErrorContains(t, err, "no-such-branch")
}

func TestDirty_NamesEditedAndNewFiles(t *testing.T) {
	root := fixture.Files{"a": "a", ".gitignore": "*.out\n"}.Write(t)
	fixture.Commit(t, root)
	repo := git.Repo{Root: root}
	dirty, err := repo.Dirty(t.Context())
	require.NoError(t, err)
	require.Empty(t, dirty)

	fixture.WriteFile(t, root, "a", "changed")
	fixture.WriteFile(t, root, "new", "new")
	fixture.WriteFile(t, root, "cpu.out", "ignored")
	dirty, err = repo.Dirty(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"M a", "?? new"}, dirty)
}

func TestTags_NoneAtFirst(t *testing.T) {
	root := fixture.Files{"a": "a"}.Write(t)
	fixture.Commit(t, root)
	repo := git.Repo{Root: root}
	tags, err := repo.Tags(t.Context())
	require.NoError(t, err)
	require.Empty(t, tags)
	fixture.Git(t, root, "tag", "low/v0.1.0")
	tags, err = repo.Tags(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"low/v0.1.0"}, tags)
}
