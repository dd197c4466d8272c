package cli_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/modctl/internal/cli"
	"github.com/starlang-go/starlang/tools/modctl/internal/fixture"
)

// modctl runs a command line in a directory.
func modctl(t *testing.T, dir string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	fixture.Offline(t)
	var out, errs strings.Builder
	status = cli.Run(t.Context(), dir, args, &out, &errs)
	return status, out.String(), errs.String()
}

func TestCheck_SoundRepositoryExitsWithZero(t *testing.T) {
	status, stdout, stderr := modctl(t, fixture.Sound().Write(t), "check")
	require.Equal(t, cli.OK, status, stderr)
	require.Equal(t, "modctl check: 4 modules, nothing wrong\n", stdout)
}

func TestCheck_FindingExitsWithOne(t *testing.T) {
	root := fixture.Sound().With(fixture.Files{"low/README.md": ""}).Write(t)
	status, stdout, stderr := modctl(t, filepath.Join(root, "app", "two"), "check")
	require.Equal(t, cli.Failed, status)
	require.Equal(t, "low: it has no README.md: write one\n", stdout)
	require.Empty(t, stderr)
}

func TestRun_OutsideOfARepositoryFails(t *testing.T) {
	status, _, stderr := modctl(t, t.TempDir(), "check")
	require.Equal(t, cli.Failed, status)
	require.Contains(t, stderr, "modctl check: no versions.json here")
}

func TestRun_CommandLinesThatAreNotUnderstood(t *testing.T) {
	root := fixture.Sound().Write(t)
	for _, args := range [][]string{{}, {"chek"}, {"check", "now"}, {"tag", "-push"}} {
		status, stdout, stderr := modctl(t, root, args...)
		require.Equal(t, cli.Usage, status, args)
		require.Empty(t, stdout)
		require.NotEmpty(t, stderr)
	}
}

func TestHelp_IsNoError(t *testing.T) {
	status, stdout, _ := modctl(t, t.TempDir(), "help")
	require.Equal(t, cli.OK, status)
	require.Contains(t, stdout, "usage: go run ./tools/modctl COMMAND")
}

func TestFix_PrintsWhatItChanged(t *testing.T) {
	root := fixture.Sound().With(fixture.Files{"low/go.mod": "module example.org/m/low\n\ngo 1.25.0\n"}).Write(t)
	status, stdout, stderr := modctl(t, root, "fix")
	require.Equal(t, cli.OK, status, stderr)
	require.Equal(t, "low/go.mod\n", stdout)
}

func TestList_InsideAndOutside(t *testing.T) {
	root := fixture.Sound().Write(t)
	_, stdout, _ := modctl(t, root, "list")
	require.Equal(t, "low\nmid\napp\n", stdout)
	_, stdout, _ = modctl(t, root, "list", "-outside")
	require.Equal(t, "app/apart\n", stdout)
}

func TestList_Satellites(t *testing.T) {
	root := fixture.Nested().Write(t)
	_, stdout, _ := modctl(t, root, "list")
	require.Equal(t, "low\nmid\napp\nmid/near\n", stdout)
	_, stdout, _ = modctl(t, root, "list", "-satellites")
	require.Equal(t, "mid/far\n", stdout)
}

func TestChanged_SinceABranch(t *testing.T) {
	root := fixture.Sound().LoadCommitted(t).Root
	_, stdout, _ := modctl(t, root, "changed")
	require.Empty(t, stdout)
	fixture.WriteFile(t, root, "mid/new.go", "package mid\n")
	_, stdout, _ = modctl(t, root, "changed", "-base", "main")
	require.Equal(t, "mid\napp\n", stdout)
	status, _, stderr := modctl(t, root, "changed", "-base", "lost")
	require.Equal(t, cli.Failed, status)
	require.Contains(t, stderr, "lost")
}

func TestConsumer_ModulesThatNothingTriesOutAreFindings(t *testing.T) {
	status, stdout, _ := modctl(t, fixture.Sound().LoadCommitted(t).Root, "consumer")
	require.Equal(t, cli.Failed, status)
	require.Contains(t, stdout, "low: nothing tries it out")
}

func TestTag_IsADryRunByDefault(t *testing.T) {
	root := fixture.Sound().LoadCommitted(t).Root
	status, stdout, stderr := modctl(t, root, "tag")
	require.Equal(t, cli.OK, status, stderr)
	require.Equal(t, "low/v0.1.0: is due\nmid/v0.1.0: is due\napp/v0.1.0: is due\n", stdout)
	require.Empty(t, fixture.Git(t, root, "tag", "--list"))
}

func TestTag_ADirtyTreeIsRefused(t *testing.T) {
	root := fixture.Sound().LoadCommitted(t).Root
	fixture.WriteFile(t, root, "low/new.go", "package low\n")
	status, stdout, stderr := modctl(t, root, "tag", "-apply")
	require.Equal(t, cli.Failed, status)
	require.Empty(t, stdout)
	require.Contains(t, stderr, "commit these first: ?? low/new.go")
}

func TestTag_AFailingCheckIsRefused(t *testing.T) {
	root := fixture.Sound().With(fixture.Files{"low/README.md": ""}).LoadCommitted(t).Root
	status, stdout, _ := modctl(t, root, "tag", "-apply")
	require.Equal(t, cli.Failed, status)
	require.Equal(t, "low: it has no README.md: write one\n", stdout)
	require.Empty(t, fixture.Git(t, root, "tag", "--list"))
}

func TestTag_AFailingConsumerIsRefused(t *testing.T) {
	root := fixture.Sound().LoadCommitted(t).Root
	status, stdout, _ := modctl(t, root, "tag", "-apply")
	require.Equal(t, cli.Failed, status)
	require.Contains(t, stdout, "low: nothing tries it out")
	require.Empty(t, fixture.Git(t, root, "tag", "--list"))
}

func TestTag_NothingIsDueOnceEverythingIsTagged(t *testing.T) {
	root := fixture.Sound().LoadCommitted(t).Root
	for _, tag := range []string{"low/v0.1.0", "mid/v0.1.0", "app/v0.1.0"} {
		fixture.Git(t, root, "tag", tag)
	}
	fixture.WriteFile(t, root, "low/low.go", "package low\n\nfunc One() int { return 0 + 1 }\n")
	fixture.Commit(t, root)
	status, stdout, stderr := modctl(t, root, "tag")
	require.Equal(t, cli.OK, status, stderr)
	require.Contains(t, stdout, "low/v0.1.0: its module has changed since")
	require.Contains(t, stdout, "every declared version has its tag")
}
