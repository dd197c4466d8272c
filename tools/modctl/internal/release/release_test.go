package release_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/modctl/internal/fixture"
	"github.com/starlang-go/starlang/tools/modctl/internal/release"
	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

func TestGoMod_LosesItsReplacesAndWhatOnlyTestsNeed(t *testing.T) {
	data := fixture.Sound()["app/go.mod"] + "\nrequire example.org/assert v1.0.0\n"
	released, err := release.GoMod("go.mod", []byte(data), func(path string) bool { return path != "example.org/assert" })
	require.NoError(t, err)
	require.Equal(t, `module example.org/m/app

go 1.26.0

require example.org/m/mid v0.1.0

require example.org/m/low v0.1.0 // indirect
`, string(released))
}

func TestPublish_IsTheWorkingTreeInReleasedForm(t *testing.T) {
	ws := committed(t)
	fixture.WriteFile(t, ws.Root, "low/new.go", "package low\n")
	fixture.WriteFile(t, ws.Root, "low/junk.out", "ignored")
	published, err := release.Publish(t.Context(), ws, t.TempDir())
	require.NoError(t, err)
	require.Empty(t, published.Faults)
	require.NotContains(t, fixture.Git(t, ws.Root, "show", published.Tree+":mid/go.mod"), "replace")
	require.Equal(t, "package low\n", fixture.Git(t, ws.Root, "show", published.Tree+":low/new.go"))
	files := fixture.Git(t, ws.Root, "ls-tree", "-r", "--name-only", published.Tree)
	require.NotContains(t, files, "junk.out")
	require.NotContains(t, files, "low/LICENSE", "modules get it from the root when they are published")
	require.Equal(t, "?? low/new.go\n", fixture.Git(t, ws.Root, "status", "--porcelain"), "files and index are untouched")
}

func TestPublish_KnowsTheChecksumsOfSiblings(t *testing.T) {
	ws := committed(t)
	published, err := release.Publish(t.Context(), ws, t.TempDir())
	require.NoError(t, err)
	sums := fixture.Git(t, ws.Root, "show", published.Tree+":mid/go.sum")
	require.Contains(t, sums, "example.org/m/low v0.1.0 h1:")
}

func TestPublish_LeavesOutTestsButNotExamples(t *testing.T) {
	fixture.OfflineWith(t, map[string]fixture.Files{"example.org/assert@v1.0.0": {
		"go.mod": "module example.org/assert\n\ngo 1.26.0\n", "LICENSE": "as you like\n",
		"assert.go": "package assert\n\nfunc True(bool) {}\n",
	}})
	importing := func(pkg, path string) string { return "package " + pkg + "\n\nimport _ \"" + path + "\"\n" }
	ws := fixture.Sound().With(fixture.Files{
		"versions.json": strings.Replace(fixture.Sound()["versions.json"],
			`"test_only": []`, `"test_only": ["example.org/assert"]`, 1),
		"low/go.mod":                    fixture.Sound()["low/go.mod"] + "\nrequire example.org/assert v1.0.0\n",
		"low/low_test.go":               importing("low", "example.org/assert"),
		"low/plain_test.go":             "package low\n\nimport \"testing\"\n\nfunc TestPlain(*testing.T) {}\n",
		"low/example_test.go":           "package low_test\n\nfunc Example() {}\n",
		"low/example_assert_test.go":    importing("low_test", "example.org/assert") + "\nfunc Example_assert() {}\n",
		"low/internal/golden/golden.go": importing("golden", "example.org/assert"),
		"low/internal/more/more.go":     importing("more", "example.org/m/low/internal/golden"),
		"low/internal/kept/kept.go":     "package kept\n",
	}).LoadCommitted(t)
	published, err := release.Publish(t.Context(), ws, t.TempDir())
	require.NoError(t, err)
	require.Empty(t, published.Faults)
	files := fixture.Git(t, ws.Root, "ls-tree", "-r", "--name-only", published.Tree, "low")
	require.Equal(t, "low/CHANGELOG.md\nlow/README.md\nlow/example_test.go\nlow/go.mod\nlow/internal/kept/kept.go\nlow/low.go\n", files)
	require.Equal(t, fixture.Sound()["low/go.mod"], fixture.Git(t, ws.Root, "show", published.Tree+":low/go.mod"))
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
	fixture.Offline(t)
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
	fixture.Offline(t)
	return fixture.Sound().With(fixture.Files{".gitignore": "*.out\n"}).LoadCommitted(t)
}
