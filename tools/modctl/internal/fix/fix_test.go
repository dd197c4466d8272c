package fix_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/modctl/internal/check"
	"github.com/starlang-go/starlang/tools/modctl/internal/fix"
	"github.com/starlang-go/starlang/tools/modctl/internal/fixture"
	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

func TestRun_LeavesASoundRepositoryAlone(t *testing.T) {
	fixture.Offline(t)
	changed, err := fix.Run(t.Context(), fixture.Sound().Load(t))
	require.NoError(t, err)
	require.Empty(t, changed)
}

func TestRun_MendsWhatTheManifestDecides(t *testing.T) {
	fixture.Offline(t)
	root := fixture.Sound().With(fixture.Files{
		"go.work": "go 1.25.0\n\ntoolchain go1.26.1\n\nuse (\n\t./mid\n\t./app\n\t./app/apart\n)\n",
		"low/go.mod": "module example.org/m/low\n\ngo 1.26.4\n\ntoolchain go1.26.8\n\n" +
			"replace example.org/m/mid => ../mid\n",
		"mid/go.mod": "module example.org/m/mid\n\ngo 1.26.0\n\nrequire example.org/m/low v0.0.9\n\n" +
			"replace example.org/m/low v0.0.9 => ../elsewhere\n",
		"app/go.mod": "module example.org/m/app\n\ngo 1.26.0\n",
		"app/apart/go.mod": "module example.org/m/app/apart\n\ngo 1.26.0\n\n" +
			"require example.org/m/mid v0.0.9\n\nrequire example.org/m/low v0.0.9 // indirect\n",
		"app/apart/apart.go": "package apart\n\nimport _ \"example.org/m/mid\"\n",
	}).Write(t)

	changed, err := fix.Run(t.Context(), load(t, root))
	require.NoError(t, err)
	require.Equal(t, []string{"go.work", "app/go.mod", "app/apart/go.mod", "low/go.mod", "mid/go.mod"}, changed)

	found, err := check.Run(t.Context(), load(t, root))
	require.NoError(t, err)
	require.Empty(t, found)
	for _, same := range []string{"go.work", "low/go.mod", "mid/go.mod"} {
		data, err := os.ReadFile(filepath.Join(root, same))
		require.NoError(t, err)
		require.Equal(t, fixture.Sound()[same], string(data), same)
	}

	changed, err = fix.Run(t.Context(), load(t, root))
	require.NoError(t, err)
	require.Empty(t, changed, "the second run has nothing left to do")
}

func TestRun_MendsSatellitesToo(t *testing.T) {
	fixture.Offline(t)
	root := fixture.Nested().With(fixture.Files{
		"go.work":        fixture.Sound()["go.work"] + "\nuse ./mid/far\n",
		"mid/far/go.mod": "module example.org/m/mid/far\n\ngo 1.25.0\n",
	}).Write(t)
	changed, err := fix.Run(t.Context(), load(t, root))
	require.NoError(t, err)
	require.Equal(t, []string{"go.work", "mid/far/go.mod"}, changed)
	found, err := check.Run(t.Context(), load(t, root))
	require.NoError(t, err)
	require.Empty(t, found)
}

func TestRun_FollowsANewVersion(t *testing.T) {
	fixture.Offline(t)
	ws := fixture.Sound().Load(t)
	low := ws.Manifest.Modules["low"]
	low.Version = "v0.2.0"
	ws.Manifest.Modules["low"] = low
	changed, err := fix.Run(t.Context(), ws)
	require.NoError(t, err)
	require.Equal(t, []string{"app/go.mod", "mid/go.mod"}, changed)
}

func TestRun_ReportsWhatCannotBeTidied(t *testing.T) {
	fixture.Offline(t)
	ws := fixture.Sound().With(fixture.Files{
		"low/low.go": "package low\n\nimport _ \"example.org/lost\"\n",
	}).Load(t)
	_, err := fix.Run(t.Context(), ws)
	require.ErrorContains(t, err, "example.org/lost")
}

func load(t *testing.T, root string) *workspace.Workspace {
	t.Helper()
	ws, err := workspace.Load(root)
	require.NoError(t, err)
	return ws
}
