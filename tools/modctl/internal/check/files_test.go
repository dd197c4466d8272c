package check_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/modctl/internal/check"
	"github.com/starlang-go/starlang/tools/modctl/internal/finding"
	"github.com/starlang-go/starlang/tools/modctl/internal/fixture"
	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

type rule = func(*workspace.Workspace) []finding.Finding

// edit replaces text in one file of the sound repository.
func edit(t *testing.T, file, old, with string) fixture.Files {
	t.Helper()
	require.Contains(t, fixture.Sound()[file], old)
	return replaced(fixture.Sound(), file, old, with)
}

func replaced(all fixture.Files, file, old, with string) fixture.Files {
	return fixture.Files{file: strings.Replace(all[file], old, with, 1)}
}

func TestFileRules_FindNothingInASoundRepository(t *testing.T) {
	for _, files := range []fixture.Files{fixture.Sound(), fixture.Nested()} {
		ws := files.Load(t)
		for _, r := range []rule{check.Layers, check.Stability, check.Membership, check.GoMod, check.Agreement, check.Documents} {
			require.Empty(t, r(ws))
		}
	}
}

func TestFileRules_EachFaultIsFound(t *testing.T) {
	const toolchain = "go 1.26.0\n\ntoolchain go1.26.8\n"
	for _, c := range []struct {
		name  string
		rule  rule
		fault fixture.Files
		want  string // of the finding
	}{
		{"ring", check.Layers,
			edit(t, "versions.json", `"siblings": []`, `"siblings": ["mid"]`), "ring: low -> mid -> low"},
		{"siblings not closed", check.Layers,
			edit(t, "versions.json", `["low", "mid"]`, `["mid"]`), "app needs low through its siblings"},
		{"unknown sibling", check.Layers,
			edit(t, "versions.json", `["low", "mid"]`, `["low", "mid", "lost"]`), `unknown sibling "lost"`},
		{"no version", check.Layers,
			edit(t, "versions.json", `"v0.1.0"`, `"0.1"`), `low has version "0.1"`},
		{"version two", check.Layers,
			edit(t, "versions.json", `"v0.1.0"`, `"v2.0.0"`), "low has version v2.0.0"},
		{"v1 on v0", check.Stability,
			edit(t, "versions.json", `"mid": {"version": "v0.1.0"`, `"mid": {"version": "v1.0.0"`),
			"mid is v1.0.0 but needs low, which is v0.1.0"},

		{"module that the manifest forgets", check.Membership,
			fixture.Files{"extra/go.mod": "module example.org/m/extra\n\ngo 1.26.0\n"}, "extra: is a module that the manifest names in 0"},
		{"module at the root", check.Membership,
			fixture.Files{"go.mod": "module example.org/m\n\ngo 1.26.0\n"}, ".: is a module"},
		{"module inside and outside", check.Membership,
			edit(t, "versions.json", `"app/apart":`, `"low": "for no reason", "app/apart":`), "low: is a module that the manifest names in 2"},
		{"declared module that is not there", check.Membership,
			fixture.Files{"mid/go.mod": ""}, "mid has no go.mod"},
		{"outside module that is not there", check.Membership,
			fixture.Files{"app/apart/go.mod": ""}, "app/apart has no go.mod"},
		{"outside without a reason", check.Membership,
			edit(t, "versions.json", "it shows how a module stands outside", ""), "outside of the workspace without a reason"},
		{"go.work forgets a module", check.Membership,
			edit(t, "go.work", "\t./mid\n", ""), "does not use ./mid"},
		{"go.work uses a module outside", check.Membership,
			edit(t, "go.work", "./mid\n", "./mid\n\t./app/apart\n"), "uses ./app/apart"},
		{"go.work with another go line", check.Membership,
			edit(t, "go.work", "go 1.26.0", "go 1.25.0"), "go.work: its go line is not go 1.26.0"},
		{"go.work with a toolchain line", check.Membership,
			edit(t, "go.work", "go 1.26.0\n", toolchain), "go.work: it has a toolchain line"},
		{"go.work with a replace", check.Membership,
			edit(t, "go.work", "go 1.26.0\n", "go 1.26.0\n\nreplace example.org/x => ./low\n"), "go.work: it has a replace"},

		{"wrong path", check.GoMod,
			edit(t, "mid/go.mod", "example.org/m/mid", "example.org/n/mid"), "path does not follow from its directory"},
		{"another go line", check.GoMod,
			edit(t, "mid/go.mod", "go 1.26.0", "go 1.26.8"), "mid/go.mod: its go line is not go 1.26.0"},
		{"toolchain line", check.GoMod,
			edit(t, "mid/go.mod", "go 1.26.0\n", toolchain), "mid/go.mod: it has a toolchain line"},
		{"toolchain line outside", check.GoMod,
			edit(t, "app/apart/go.mod", "go 1.26.0\n", toolchain), "app/apart/go.mod: it has a toolchain line"},
		{"requires another version", check.GoMod,
			edit(t, "mid/go.mod", "low v0.1.0", "low v0.2.0"), "requires low at v0.2.0, declared is v0.1.0"},
		{"requires what is no sibling", check.GoMod,
			edit(t, "low/go.mod", "go 1.26.0\n", "go 1.26.0\n\nrequire example.org/m/mid v0.1.0\n"), "requires mid, which is none of its siblings"},
		{"requires what is no module", check.GoMod,
			edit(t, "low/go.mod", "go 1.26.0\n", "go 1.26.0\n\nrequire example.org/m/lost v0.1.0\n"), "requires example.org/m/lost"},
		{"transitive replace missing", check.GoMod,
			edit(t, "app/go.mod", "\texample.org/m/low => ../low\n", ""), "app/go.mod: it does not replace its sibling low"},
		{"replace of another sibling", check.GoMod,
			edit(t, "low/go.mod", "go 1.26.0\n", "go 1.26.0\n\nreplace example.org/m/mid => ../mid\n"), "low/go.mod: it replaces mid, which is none"},
		{"replace by the wrong directory", check.GoMod,
			edit(t, "mid/go.mod", "../low", "../../low"), `replaces low by "../../low" instead of "../low"`},
		{"replace of one version only", check.GoMod,
			edit(t, "mid/go.mod", "low =>", "low v0.1.0 =>"), "replaces low by"},
		{"replace of a third-party module", check.GoMod,
			edit(t, "mid/go.mod", "replace ", "replace example.org/x => ../low\n\nreplace "), "it replaces example.org/x"},
		{"outside module without its replaces", check.GoMod,
			edit(t, "app/apart/go.mod", "go 1.26.0\n", "go 1.26.0\n\nrequire example.org/m/mid v0.1.0\n"), "app/apart/go.mod: it does not replace its sibling low"},

		{"two versions of a third-party module", check.Agreement,
			fixture.Files{
				"low/go.mod":       "module example.org/m/low\n\ngo 1.26.0\n\nrequire example.org/x v1.9.0\n",
				"mid/go.mod":       "module example.org/m/mid\n\ngo 1.26.0\n\nrequire example.org/x v1.10.0\n",
				"app/apart/go.mod": "module example.org/m/app/apart\n\ngo 1.26.0\n\nrequire example.org/x v1.11.0\n",
			}, "low/go.mod: it requires example.org/x at v1.9.0, but the workspace tests with v1.10.0"},
		{"module of the workspace on a satellite", check.Layers,
			fixture.Nested().With(replaced(fixture.Nested(), "versions.json",
				`"app": {"version": "v0.1.0", "siblings": ["low", "mid"]`,
				`"app": {"version": "v0.1.0", "siblings": ["low", "mid", "mid/near", "mid/far"]`)),
			"app is in the workspace and needs the satellite mid/far"},
		{"ring through a satellite", check.Layers,
			fixture.Nested().With(replaced(fixture.Nested(), "versions.json",
				`"mid/near": {"version": "v0.1.0", "siblings": ["low", "mid"]`,
				`"mid/near": {"version": "v0.1.0", "siblings": ["low", "mid", "mid/far"]`)),
			"ring: mid/near -> mid/far -> mid/near"},
		{"go.work uses a satellite", check.Membership,
			fixture.Nested().With(replaced(fixture.Nested(), "go.work", "./mid\n", "./mid\n\t./mid/far\n")), "uses ./mid/far"},
		{"satellite inside as well", check.Membership,
			fixture.Nested().With(replaced(fixture.Nested(), "versions.json", `"app/apart":`, `"mid/far": "twice", "app/apart":`)),
			"mid/far: is a module that the manifest names in 2"},
		{"satellite that is not there", check.Membership,
			fixture.Nested().With(fixture.Files{"mid/far/go.mod": ""}), "mid/far has no go.mod"},
		{"satellite without its replaces", check.GoMod,
			fixture.Nested().With(replaced(fixture.Nested(), "mid/far/go.mod", "\texample.org/m/low => ../../low\n", "")),
			"mid/far/go.mod: it does not replace its sibling low"},
		{"satellite that replaces what others bring", check.GoMod,
			fixture.Nested().With(replaced(fixture.Nested(), "mid/far/go.mod", "replace (", "replace (\n\texample.org/x => ../../low")),
			"it replaces example.org/x"},
		{"satellite without a README", check.Documents,
			fixture.Nested().With(fixture.Files{"mid/far/README.md": ""}), "mid/far: it has no README.md"},
		{"no changelog", check.Documents,
			fixture.Files{"mid/CHANGELOG.md": ""}, "mid: it has no CHANGELOG.md"},
		{"no README", check.Documents,
			fixture.Files{"low/README.md": ""}, "low: it has no README.md"},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := c.rule(fixture.Sound().With(c.fault).Load(t))
			require.NotEmpty(t, found)
			require.Contains(t, finding.Text(found), c.want)
		})
	}
}

func TestGoMod_OutsideModulesReplaceWhatTheyChoose(t *testing.T) {
	ws := fixture.Sound().With(fixture.Files{"app/apart/go.mod": `module example.org/m/app/apart

go 1.26.0

require example.org/m/mid v0.1.0

replace (
	example.org/m/low => ../../low
	example.org/m/mid => ../../mid
	example.org/peer => example.org/fork v1.0.0
)
`}).Load(t)
	require.Empty(t, check.GoMod(ws))
}

func TestGoMod_OutsideModulesMayReferToEachOther(t *testing.T) {
	load := func(target string) *workspace.Workspace {
		return fixture.Sound().With(fixture.Files{
			"versions.json": strings.Replace(fixture.Sound()["versions.json"], `"app/apart":`,
				`"app/apart/more": "it shows how two modules stand outside together", "app/apart":`, 1),
			"app/apart/more/go.mod": "module example.org/m/app/apart/more\n\ngo 1.26.0\n\n" +
				"require example.org/m/app/apart v0.0.0\n\nreplace example.org/m/app/apart => " + target + "\n",
		}).Load(t)
	}
	require.Empty(t, check.GoMod(load("..")))
	require.Contains(t, finding.Text(check.GoMod(load("../.."))), `it replaces app/apart by "../.."`)
}
