package graph_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/modctl/internal/fixture"
	"github.com/starlang-go/starlang/tools/modctl/internal/graph"
)

func TestLoad_KnowsModulesAndImportsOfEveryPlatform(t *testing.T) {
	fixture.Offline(t)
	root := fixture.Sound().With(fixture.Files{
		"mid/mid_windows.go": "package mid\n\nimport _ \"html\"\n",
		"mid/mid_test.go":    "package mid_test\n\nimport _ \"example.org/m/low\"\nimport _ \"net/url\"\n",
	}).Write(t)
	g, err := graph.Load(t.Context(), root)
	require.NoError(t, err)

	mid := g["example.org/m/mid"]
	require.Equal(t, "example.org/m/mid", mid.Module)
	require.Equal(t, []string{"example.org/m/low", "html"}, mid.Imports)
	require.Equal(t, []string{"example.org/m/low", "net/url"}, mid.TestImports)
	require.Empty(t, g["html"].Module)
	require.Len(t, g.Of("example.org/m/mid"), 1)
	require.NotContains(t, g, "example.org/m/app/apart")
}

func TestLoadModule_SeesASatelliteThatTheWorkspaceLeavesOut(t *testing.T) {
	fixture.Offline(t)
	root := fixture.Nested().Write(t)

	g, err := graph.Load(t.Context(), root)
	require.NoError(t, err)
	require.Contains(t, g, "example.org/m/mid/near")
	require.NotContains(t, g, "example.org/m/mid/far")

	g, err = graph.LoadModule(t.Context(), filepath.Join(root, "mid", "far"))
	require.NoError(t, err)
	require.Equal(t, []string{"example.org/m/mid", "example.org/m/mid/near"}, g["example.org/m/mid/far"].Imports)
	require.Equal(t, "example.org/m/mid", g.ModuleOf("example.org/m/mid"))
}

func TestLoad_ReportsCodeThatCannotBeListed(t *testing.T) {
	fixture.Offline(t)
	root := fixture.Sound().With(fixture.Files{"low/low.go": "pakage low\n"}).Write(t)
	_, err := graph.Load(t.Context(), root)
	require.ErrorContains(t, err, "low.go")
}

// small is a graph in which code of app leads to mid and codec, and its tests to
// internal/golden and assert.
func small() graph.Graph {
	return graph.Graph{
		"m/app": {Path: "m/app", Module: "m/app", Imports: []string{"fmt", "m/mid/x", "m/app/internal/y"},
			TestImports: []string{"m/app/internal/golden"}},
		"m/app/internal/y":      {Path: "m/app/internal/y", Module: "m/app", Imports: []string{"m/mid/x"}},
		"m/app/internal/golden": {Path: "m/app/internal/golden", Module: "m/app", Imports: []string{"assert"}},
		"m/mid/x":               {Path: "m/mid/x", Module: "m/mid", Imports: []string{"codec"}, TestImports: []string{"testing"}},
		"codec":                 {Path: "codec", Module: "codec", Imports: []string{"fmt"}},
		"assert":                {Path: "assert", Module: "assert"},
		"fmt":                   {Path: "fmt"},
	}
}

func TestReach_GivesTheShortestImportsThatLeadThere(t *testing.T) {
	require.Equal(t, map[string][]string{
		"m/mid": {"m/app", "m/mid/x"},
		"codec": {"m/app", "m/mid/x", "codec"},
	}, small().Reach("m/app"))
	require.Empty(t, small().Reach("codec"))
}

func TestForTests_AreInternalPackagesThatNoCodeLeadsTo(t *testing.T) {
	g := small()
	require.Equal(t, []*graph.Package{g["m/app/internal/golden"]}, g.ForTests("m/app"))
	g["m/app/internal/y"].Imports = []string{"m/app/internal/golden"}
	require.Empty(t, g.ForTests("m/app"))
	require.Contains(t, g.Reach("m/app"), "assert")
}

func TestModuleOf_KnowsWhatOnlyTestsImport(t *testing.T) {
	fixture.Offline(t)
	root := fixture.Sound().With(fixture.Files{
		"mid/mid_test.go": "package mid_test\n\nimport _ \"example.org/m/low\"\nimport _ \"testing/synctest\"\n",
		"low/low_test.go": "package low\n\nimport _ \"log\"\n",
	}).Write(t)
	g, err := graph.Load(t.Context(), root)
	require.NoError(t, err)
	require.Contains(t, g, "testing/synctest")
	require.Empty(t, g.ModuleOf("testing/synctest"))
	require.Equal(t, "example.org/m/low", g.ModuleOf("example.org/m/low"))
	require.Len(t, g.Of("example.org/m/low"), 1, "test binaries are no packages of the module")
}
