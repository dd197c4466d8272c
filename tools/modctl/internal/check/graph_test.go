package check_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/modctl/internal/check"
	"github.com/starlang-go/starlang/tools/modctl/internal/finding"
	"github.com/starlang-go/starlang/tools/modctl/internal/fixture"
	"github.com/starlang-go/starlang/tools/modctl/internal/graph"
	"github.com/starlang-go/starlang/tools/modctl/internal/manifest"
	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

// third is a workspace in which low brings codec and its helper along.
func third() *workspace.Workspace {
	return &workspace.Workspace{Manifest: &manifest.Manifest{
		Module: "m.org",
		Modules: map[string]manifest.Module{
			"low": {ThirdParty: []string{"codec.org", "helper.org"}},
			"mid": {Siblings: []string{"low"}},
			"top": {},
		},
		TestOnly: []string{"assert.org"},
	}}
}

// everything is all of that workspace.
var everything = []string{"low", "mid", "top"}

// packages are imports of that workspace that are all allowed.
func packages() graph.Graph {
	return graph.Graph{
		"m.org/low":   {Path: "m.org/low", Module: "m.org/low", Imports: []string{"codec.org"}},
		"m.org/mid":   {Path: "m.org/mid", Module: "m.org/mid", Imports: []string{"m.org/low"}, TestImports: []string{"assert.org", "m.org/mid"}},
		"m.org/top":   {Path: "m.org/top", Module: "m.org/top", Imports: []string{"fmt"}},
		"codec.org":   {Path: "codec.org", Module: "codec.org", Imports: []string{"helper.org"}},
		"helper.org":  {Path: "helper.org", Module: "helper.org"},
		"network.org": {Path: "network.org", Module: "network.org"},
		"assert.org":  {Path: "assert.org", Module: "assert.org"},
		"fmt":         {Path: "fmt"},
	}
}

func TestGraphRules_FindNothingInAllowedImports(t *testing.T) {
	require.Empty(t, check.Imports(third(), everything, packages()))
	require.Empty(t, check.Budget(third(), everything, packages()))
}

func TestImports_UpwardsIsFound(t *testing.T) {
	g := packages()
	g["m.org/low"].Imports = []string{"m.org/mid"}
	require.Contains(t, finding.Text(check.Imports(third(), everything, g)), "m.org/low: it imports m.org/mid")
}

func TestImports_SiblingOnlyInTestsIsFoundToo(t *testing.T) {
	g := packages()
	g["m.org/top"].TestImports = []string{"m.org/low"}
	require.Contains(t, finding.Text(check.Imports(third(), everything, g)), "m.org/top (test): it imports m.org/low")
}

func TestImports_ThirdPartyOfASiblingIsFound(t *testing.T) {
	g := packages()
	g["m.org/mid"].Imports = []string{"codec.org"}
	require.Contains(t, finding.Text(check.Imports(third(), everything, g)), "m.org/mid: it imports codec.org of codec.org")
	require.Empty(t, check.Budget(third(), everything, g), "mid reaches codec through low in any case")
}

func TestImports_TestOnlyModuleInCodeIsFound(t *testing.T) {
	g := packages()
	g["m.org/top"].Imports = []string{"assert.org"}
	require.Contains(t, finding.Text(check.Imports(third(), everything, g)), "m.org/top: it imports assert.org")
}

func TestImports_InternalPackageForTestsMayImportWhatTestsMay(t *testing.T) {
	g := packages()
	g["m.org/top/internal/golden"] = &graph.Package{
		Path: "m.org/top/internal/golden", Module: "m.org/top", Imports: []string{"assert.org"},
	}
	require.Empty(t, check.Imports(third(), everything, g))
	require.Empty(t, check.Budget(third(), everything, g))

	g["m.org/top"].Imports = []string{"m.org/top/internal/golden"}
	require.Contains(t, finding.Text(check.Imports(third(), everything, g)), "m.org/top/internal/golden: it imports assert.org")
	require.Contains(t, finding.Text(check.Budget(third(), everything, g)), "top: it brings assert.org along")
}

func TestBudget_WhatAThirdPartyBringsAlongIsFound(t *testing.T) {
	g := packages()
	g["helper.org"].Imports = []string{"network.org"}
	found := finding.Text(check.Budget(third(), everything, g))
	require.Contains(t, found, "low: it brings network.org along: m.org/low -> codec.org -> helper.org -> network.org")
	require.Contains(t, found, "mid: it brings network.org along: m.org/mid -> m.org/low -> codec.org")
	require.NotContains(t, found, "top:")
}

func TestBudget_TestsDoNotCount(t *testing.T) {
	g := packages()
	g["m.org/top"].TestImports = []string{"network.org"}
	require.Empty(t, check.Budget(third(), everything, g))
	require.NotEmpty(t, check.Imports(third(), everything, g))
}

func TestTidy_UntidyModuleIsFound(t *testing.T) {
	fixture.Offline(t)
	ws := fixture.Sound().Load(t)
	found, err := check.Tidy(t.Context(), ws)
	require.NoError(t, err)
	require.Empty(t, found)

	ws = fixture.Sound().With(edit(t, "app/go.mod", " // indirect", "")).Load(t)
	found, err = check.Tidy(t.Context(), ws)
	require.NoError(t, err)
	require.Contains(t, finding.Text(found), "app: go mod tidy would change it: ")
	require.Contains(t, finding.Text(found), "+require example.org/m/low v0.1.0 // indirect")
}

func TestTidy_LongDifferenceIsCutShort(t *testing.T) {
	fixture.Offline(t)
	unused := "\nrequire (\n"
	for i := range 8 {
		unused += fmt.Sprintf("\texample.org/unused%d v1.0.0\n", i)
	}
	ws := fixture.Sound().With(edit(t, "low/go.mod", "go 1.26.0\n", "go 1.26.0\n"+unused+")\n")).Load(t)
	found, err := check.Tidy(t.Context(), ws)
	require.NoError(t, err)
	require.Contains(t, finding.Text(found), "-example.org/unused4 v1.0.0, and 3 more")
}

func TestTidy_FailureIsAnErrorNotAFinding(t *testing.T) {
	fixture.Offline(t)
	ws := fixture.Sound().With(fixture.Files{"low/low.go": "package low\n\nimport _ \"example.org/lost\"\n"}).Load(t)
	_, err := check.Tidy(t.Context(), ws)
	require.ErrorContains(t, err, "go mod tidy")
}

func TestRun_SoundRepositoryHasNoFindings(t *testing.T) {
	fixture.Offline(t)
	for _, files := range []fixture.Files{fixture.Sound(), fixture.Nested()} {
		found, err := check.Run(t.Context(), files.Load(t))
		require.NoError(t, err)
		require.Empty(t, found)
	}
}

func TestImports_TestOnlyModuleOfOneModuleIsItsOwn(t *testing.T) {
	ws, g := third(), packages()
	g["m.org/top"].TestImports = []string{"network.org"}
	g["m.org/mid"].TestImports = []string{"network.org"}
	ws.Manifest.Modules["top"] = manifest.Module{TestOnly: []string{"network.org"}}
	found := finding.Text(check.Imports(ws, everything, g))
	require.Contains(t, found, "m.org/mid (test): it imports network.org")
	require.NotContains(t, found, "m.org/top")
}

func TestImports_SatelliteMayImportItsThirdPartyOnly(t *testing.T) {
	ws, g := third(), packages()
	ws.Manifest.Satellites = map[string]manifest.Module{
		"low/far": {Siblings: []string{"low"}, ThirdParty: []string{"network.org"}},
	}
	g["m.org/low/far"] = &graph.Package{
		Path: "m.org/low/far", Module: "m.org/low/far", Imports: []string{"m.org/low", "network.org"},
	}
	require.Empty(t, check.Imports(ws, []string{"low/far"}, g))
	require.Empty(t, check.Budget(ws, []string{"low/far"}, g))

	g["m.org/low/far"].Imports = []string{"m.org/mid", "assert.org"}
	found := finding.Text(check.Imports(ws, []string{"low/far"}, g))
	require.Contains(t, found, "m.org/low/far: it imports m.org/mid")
	require.Contains(t, found, "m.org/low/far: it imports assert.org")
}

func TestRun_AppliesRulesOfBothKinds(t *testing.T) {
	fixture.Offline(t)
	ws := fixture.Sound().With(fixture.Files{"low/README.md": ""}).Load(t)
	found, err := check.Run(t.Context(), ws)
	require.NoError(t, err)
	require.Contains(t, finding.Text(found), "no README.md")

	ws = fixture.Sound().With(edit(t, "versions.json", `["low", "mid"]`, `[]`)).With(fixture.Files{
		"app/go.mod": "module example.org/m/app\n\ngo 1.26.0\n",
	}).Load(t)
	found, err = check.Run(t.Context(), ws)
	require.NoError(t, err)
	require.Contains(t, finding.Text(found), "example.org/m/app/two: it imports example.org/m/mid")
}
