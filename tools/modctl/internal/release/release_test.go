package release_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/modctl/internal/fixture"
	"github.com/starlang-go/starlang/tools/modctl/internal/release"
	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

func TestGoMod_LosesItsReplacesAndNothingElse(t *testing.T) {
	released, err := release.GoMod("go.mod", []byte(fixture.Sound()["app/go.mod"]))
	require.NoError(t, err)
	require.Equal(t, `module example.org/m/app

go 1.26.0

require example.org/m/mid v0.1.0

require example.org/m/low v0.1.0 // indirect
`, string(released))
}

func TestTree_IsTheWorkingTreeWithReleasedGoMods(t *testing.T) {
	ws := committed(t)
	fixture.WriteFile(t, ws.Root, "low/new.go", "package low\n")
	fixture.WriteFile(t, ws.Root, "low/junk.out", "ignored")
	tree, err := release.Tree(t.Context(), ws)
	require.NoError(t, err)
	require.NotContains(t, fixture.Git(t, ws.Root, "show", tree+":mid/go.mod"), "replace")
	require.Equal(t, "package low\n", fixture.Git(t, ws.Root, "show", tree+":low/new.go"))
	require.NotContains(t, fixture.Git(t, ws.Root, "ls-tree", "-r", "--name-only", tree), "junk.out")
	require.Equal(t, "?? low/new.go\n", fixture.Git(t, ws.Root, "status", "--porcelain"), "files and index are untouched")
}

func TestPrepare_EverythingIsDueBeforeTheFirstRelease(t *testing.T) {
	ws := committed(t)
	plan, err := release.Prepare(t.Context(), ws)
	require.NoError(t, err)
	require.Equal(t, []string{"low/v0.1.0", "mid/v0.1.0", "app/v0.1.0"}, plan.Due)
	require.Empty(t, plan.Stale)
	require.Empty(t, fixture.Git(t, ws.Root, "tag", "--list"), "a plan is only a plan")
}

func TestApply_TagsAReleaseCommitOnTopOfTheBranch(t *testing.T) {
	ws := committed(t)
	plan, err := release.Prepare(t.Context(), ws)
	require.NoError(t, err)
	require.NoError(t, plan.Apply(t.Context(), ws))

	require.Equal(t, "tag\n", fixture.Git(t, ws.Root, "cat-file", "-t", "mid/v0.1.0"), "it is annotated")
	require.Equal(t, fixture.Git(t, ws.Root, "rev-parse", "HEAD"), fixture.Git(t, ws.Root, "rev-parse", "mid/v0.1.0^"))
	require.NotContains(t, fixture.Git(t, ws.Root, "show", "mid/v0.1.0:mid/go.mod"), "replace")
	require.Contains(t, fixture.Git(t, ws.Root, "show", "HEAD:mid/go.mod"), "replace", "the branch keeps its own")

	plan, err = release.Prepare(t.Context(), ws)
	require.NoError(t, err)
	require.Empty(t, plan.Due, "all is released")
	require.Empty(t, plan.Stale)
	require.NoError(t, plan.Apply(t.Context(), ws))
}

func TestPrepare_ChangedModuleIsStaleUntilItsVersionIsRaised(t *testing.T) {
	ws := committed(t)
	plan, err := release.Prepare(t.Context(), ws)
	require.NoError(t, err)
	require.NoError(t, plan.Apply(t.Context(), ws))

	fixture.WriteFile(t, ws.Root, "app/apart/apart.go", "package apart // another module\n")
	fixture.WriteFile(t, ws.Root, "low/low.go", "package low\n\nfunc One() int { return 0 + 1 }\n")
	plan, err = release.Prepare(t.Context(), ws)
	require.NoError(t, err)
	require.Empty(t, plan.Due)
	require.Equal(t, []string{"low/v0.1.0"}, plan.Stale)

	low := ws.Manifest.Modules["low"]
	low.Version = "v0.1.1"
	ws.Manifest.Modules["low"] = low
	plan, err = release.Prepare(t.Context(), ws)
	require.NoError(t, err)
	require.Equal(t, []string{"low/v0.1.1"}, plan.Due)
	require.Empty(t, plan.Stale)
}

func TestPrepare_NestedModulesHaveTagsOfTheirOwn(t *testing.T) {
	ws := fixture.Nested().LoadCommitted(t)
	plan, err := release.Prepare(t.Context(), ws)
	require.NoError(t, err)
	require.Equal(t, []string{"low/v0.1.0", "mid/v0.1.0", "app/v0.1.0", "mid/near/v0.1.0", "mid/far/v0.2.0"}, plan.Due)
	require.NoError(t, plan.Apply(t.Context(), ws))
	require.NotContains(t, fixture.Git(t, ws.Root, "show", "mid/far/v0.2.0:mid/far/go.mod"), "replace")

	fixture.WriteFile(t, ws.Root, "mid/far/far.go", "package far\n")
	plan, err = release.Prepare(t.Context(), ws)
	require.NoError(t, err)
	require.Equal(t, []string{"mid/far/v0.2.0"}, plan.Stale, "the module around it has not changed")
}

// committed is the sound repository with one commit.
func committed(t *testing.T) *workspace.Workspace {
	t.Helper()
	return fixture.Sound().With(fixture.Files{".gitignore": "*.out\n"}).LoadCommitted(t)
}
