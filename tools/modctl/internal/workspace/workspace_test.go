package workspace_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/modctl/internal/fixture"
	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

func TestLoad_FindsEveryModule(t *testing.T) {
	ws := fixture.Sound().With(fixture.Files{
		"low/testdata/fixture/go.mod": "module example.org/fixture\n",
		".hidden/go.mod":              "module example.org/hidden\n",
		"_old/go.mod":                 "module example.org/old\n",
	}).Load(t)
	require.Equal(t, []string{"app", "app/apart", "low", "mid"}, ws.ModuleDirs())
}

func TestLoad_NamesTheFileThatItCannotRead(t *testing.T) {
	for _, file := range []string{"versions.json", "go.work", "mid/go.mod"} {
		root := fixture.Sound().With(fixture.Files{file: "nonsense {"}).Write(t)
		_, err := workspace.Load(root)
		require.ErrorContains(t, err, filepath.FromSlash(file))
	}
	_, err := workspace.Load(fixture.Sound().With(fixture.Files{"go.work": ""}).Write(t))
	require.ErrorContains(t, err, "go.work")
}

func TestFindRoot_LooksUpwards(t *testing.T) {
	root := fixture.Sound().Write(t)
	found, err := workspace.FindRoot(filepath.Join(root, "app", "two"))
	require.NoError(t, err)
	require.Equal(t, root, found)
	_, err = workspace.FindRoot(t.TempDir())
	require.ErrorIs(t, err, workspace.ErrNoRoot)
}

func TestSiblings_OfAModuleOutsideFollowFromItsRequires(t *testing.T) {
	ws := fixture.Sound().With(fixture.Files{
		"app/apart/go.mod": "module example.org/m/app/apart\n\ngo 1.26.0\n\nrequire example.org/m/mid v0.1.0\n",
	}).Load(t)
	require.Equal(t, []string{"low", "mid"}, ws.Siblings("app/apart"))
	require.Equal(t, []string{"low"}, ws.Siblings("mid"))
	require.Empty(t, ws.Siblings("low"))
	require.False(t, ws.Inside("app/apart"))
}

func TestReplaceTarget_IsRelative(t *testing.T) {
	require.Equal(t, "../low", workspace.ReplaceTarget("mid", "low"))
	require.Equal(t, "../../low", workspace.ReplaceTarget("app/apart", "low"))
}
