package consumer_test

import (
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/modctl/internal/consumer"
	"github.com/starlang-go/starlang/tools/modctl/internal/finding"
	"github.com/starlang-go/starlang/tools/modctl/internal/fix"
	"github.com/starlang-go/starlang/tools/modctl/internal/fixture"
	"github.com/starlang-go/starlang/tools/modctl/internal/manifest"
	"github.com/starlang-go/starlang/tools/modctl/internal/release"
	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

// programs try out the modules of the sound repository.
func programs() fstest.MapFS {
	return fstest.MapFS{
		"low/main.go.txt": {Data: []byte("package main\n\nimport \"example.org/m/low\"\n\n" +
			"func main() {\n\tif low.One() != 1 {\n\t\tpanic(\"low\")\n\t}\n}\n")},
		"mid/main.go.txt": {Data: []byte("package main\n\nimport \"example.org/m/mid\"\n\n" +
			"func main() {\n\tif mid.Two() != 2 {\n\t\tpanic(\"mid\")\n\t}\n}\n")},
		"app/commands.txt": {Data: []byte("two\n")},
	}
}

func TestRun_SoundModulesWorkAlone(t *testing.T) {
	var log strings.Builder
	found, err := consumer.Run(t.Context(), committed(t, nil), programs(), &log)
	require.NoError(t, err)
	require.Empty(t, found)
	require.Contains(t, log.String(), "published mid v0.1.0 from the working tree")
	require.Contains(t, log.String(), "tried app alone: ok")
}

func TestRun_NestedModulesWorkAlone(t *testing.T) {
	fixture.Offline(t)
	nested := programs()
	nested["mid/near/main.go.txt"] = &fstest.MapFile{Data: []byte("package main\n\nimport \"example.org/m/mid/near\"\n\n" +
		"func main() {\n\tif near.Four() != 4 {\n\t\tpanic(\"near\")\n\t}\n}\n")}
	nested["mid/far/main.go.txt"] = &fstest.MapFile{Data: []byte("package main\n\nimport \"example.org/m/mid/far\"\n\n" +
		"func main() {\n\tif far.Eight() != 8 {\n\t\tpanic(\"far\")\n\t}\n}\n")}
	var log strings.Builder
	found, err := consumer.Run(t.Context(), fixture.Nested().LoadCommitted(t), nested, &log)
	require.NoError(t, err)
	require.Empty(t, found)
	require.Contains(t, log.String(), "published mid/far v0.2.0 from the working tree")
	require.Contains(t, log.String(), "tried mid/near alone: ok")
	require.Contains(t, log.String(), "tried mid/far alone: ok")
}

func TestRun_ModuleDoesNotHoldThoseNestedInIt(t *testing.T) {
	fixture.Offline(t)
	ws := fixture.Nested().LoadCommitted(t)
	found, err := consumer.Run(t.Context(), ws, fstest.MapFS{
		"mid/main.go.txt": {Data: []byte("package main\n\nimport _ \"example.org/m/mid/near\"\n\nfunc main() {}\n")},
	}, io.Discard)
	require.NoError(t, err)
	// The package does not come with mid: the go command went and got the nested module.
	require.Contains(t, finding.Text(found), "mid: a program that has it alone gets example.org/m/mid/near too")
}

func TestRun_RequireOfAVersionNeverPublishedIsFound(t *testing.T) {
	found := tryOut(t, committed(t, fixture.Files{
		"mid/go.mod": strings.Replace(fixture.Sound()["mid/go.mod"], "low v0.1.0", "low v0.9.0", 1),
	}))
	require.Contains(t, finding.Text(found), "mid: a program that has it alone fails")
	require.Contains(t, finding.Text(found), "example.org/m/low v0.9.0")
	require.NotContains(t, finding.Text(found), "low: a program")
}

func TestRun_UseOfASiblingsUnreleasedChangeIsFound(t *testing.T) {
	ws := committed(t, nil)
	plan, err := release.Prepare(t.Context(), ws)
	require.NoError(t, err)
	require.NoError(t, plan.Apply(t.Context(), ws))
	fixture.Git(t, ws.Root, "tag", "--delete", "mid/v0.1.0", "app/v0.1.0")
	require.Empty(t, tryOut(t, ws), "low comes from its tag")

	fixture.WriteFile(t, ws.Root, "low/low.go", "package low\n\nfunc One() int { return 1 }\n\nfunc Three() int { return 3 }\n")
	fixture.WriteFile(t, ws.Root, "mid/mid.go", "package mid\n\nimport \"example.org/m/low\"\n\nfunc Two() int { return low.Three() - 1 }\n")
	require.Contains(t, finding.Text(tryOut(t, ws)), "undefined: low.Three")
}

func TestRun_CommandThatCannotBeInstalledIsFound(t *testing.T) {
	ws := committed(t, nil)
	// Tagged on the branch itself, the go.mod still has its replaces.
	fixture.Git(t, ws.Root, "tag", "app/v0.1.0")
	require.Contains(t, finding.Text(tryOut(t, ws)), "app: a program that has it alone fails")
}

func TestRun_ProgramThatFailsIsFound(t *testing.T) {
	found := tryOut(t, committed(t, fixture.Files{"low/low.go": "package low\n\nfunc One() int { return 2 }\n"}))
	require.Contains(t, finding.Text(found), "low: a program that has it alone fails")
	require.Contains(t, finding.Text(found), "panic: low")
}

func TestRun_ModuleThatNothingTriesOutIsFound(t *testing.T) {
	ws := committed(t, nil)
	none := programs()
	delete(none, "mid/main.go.txt")
	found, err := consumer.Run(t.Context(), ws, none, io.Discard)
	require.NoError(t, err)
	require.Contains(t, finding.Text(found), "mid: nothing tries it out")
}

func TestStowaways_AreWhatOnlyOthersMayBringAlong(t *testing.T) {
	m := &manifest.Manifest{Module: "m.org", Modules: map[string]manifest.Module{
		"low":  {ThirdParty: []string{"codec.org"}},
		"side": {Siblings: []string{"low"}, ThirdParty: []string{"maps.org", "codec.org"}},
		"high": {Siblings: []string{"low"}},
	}}
	g := consumer.Graph{Versions: map[string]string{"m.org/high": "v0", "m.org/low": "v0", "codec.org": "v1", "assert.org": "v1"}}
	require.Empty(t, consumer.Stowaways(m, "high", g))

	g.Versions["m.org/side"], g.Versions["maps.org"] = "v0", "v1"
	found := consumer.Stowaways(m, "high", g)
	require.Len(t, found, 2)
	require.Contains(t, finding.Text(found), "high: a program that has it alone gets maps.org too")
	require.Contains(t, finding.Text(found), "high: a program that has it alone gets m.org/side too")
}

func TestStowaways_WhatAThirdPartyModuleRequiresIsNone(t *testing.T) {
	m := &manifest.Manifest{Module: "m.org",
		Modules: map[string]manifest.Module{"low": {}},
		Satellites: map[string]manifest.Module{
			"low/etcd":  {Siblings: []string{"low"}, ThirdParty: []string{"grpc.org"}},
			"low/trace": {Siblings: []string{"low"}, ThirdParty: []string{"logr.org"}},
		}}
	g := consumer.Graph{Versions: map[string]string{"m.org/low": "v0", "grpc.org": "v1", "logr.org": "v1"}}
	require.Len(t, consumer.Stowaways(m, "low/etcd", g), 1)
	g.Requires = append(g.Requires, consumer.Requirement{Who: "grpc.org", What: "logr.org", Version: "v1"})
	require.Empty(t, consumer.Stowaways(m, "low/etcd", g))
}

func TestTestLibraries_ThoseThatOursRequireOrRaiseAreFound(t *testing.T) {
	m := &manifest.Manifest{Module: "m.org", TestOnly: []string{"assert.org"}, UsersHave: []string{"assert.org@v1.0.0"},
		Modules: map[string]manifest.Module{"low": {ThirdParty: []string{"codec.org"}}}}
	g := func(now string, requires ...consumer.Requirement) consumer.Graph {
		return consumer.Graph{Versions: map[string]string{"assert.org": now}, Requires: requires}
	}
	user := consumer.Requirement{Who: "example.org/consumer", What: "assert.org", Version: "v1.0.0"}
	require.Empty(t, consumer.TestLibraries(m, "low", g("v1.0.0", user)))
	require.Empty(t, consumer.TestLibraries(m, "low", g("v1.2.0", user,
		consumer.Requirement{Who: "codec.org", What: "assert.org", Version: "v1.2.0"})), "codec cannot be done without")

	found := finding.Text(consumer.TestLibraries(m, "low", g("v1.2.0", user,
		consumer.Requirement{Who: "m.org/low", What: "assert.org", Version: "v1.2.0"})))
	require.Contains(t, found, "low: a program that has it alone gets assert.org, because low requires it")
	require.Contains(t, found, "low: a program that has it alone and assert.org@v1.0.0 gets v1.2.0 instead")
}

func TestRun_TestLibrariesAreNobodysButOurs(t *testing.T) {
	ws := tested(t, "low/low_test.go")
	found, err := consumer.Run(t.Context(), ws, programs(), io.Discard)
	require.NoError(t, err)
	require.Empty(t, found)

	// The same import in code that is published.
	ws = tested(t, "low/assert.go")
	found, err = consumer.Run(t.Context(), ws, programs(), io.Discard)
	require.NoError(t, err)
	text := finding.Text(found)
	require.Contains(t, text, "mid: a program that has it alone gets example.org/assert, because low requires it")
	require.Contains(t, text, "mid: a program that has it alone and example.org/assert@v1.0.0 gets v1.1.0 instead")
}

func TestRun_ReleasedFormThatIsNotTidyIsFound(t *testing.T) {
	ws := tested(t, "low/low_test.go")
	// Tagged on the branch itself, it requires what only its tests need.
	fixture.Git(t, ws.Root, "tag", "low/v0.1.0")
	found, err := consumer.Run(t.Context(), ws, programs(), io.Discard)
	require.NoError(t, err)
	require.Contains(t, finding.Text(found), "low: a program that has it alone gets example.org/assert, because low requires it")
}

func TestRun_ExampleThatNeedsWhatIsLeftOutIsFound(t *testing.T) {
	found := tryOut(t, committed(t, fixture.Files{
		"low/help_test.go":    "package low_test\n\nimport \"testing\"\n\nfunc TestHelp(t *testing.T) {}\n\nfunc help() {}\n",
		"low/example_test.go": "package low_test\n\nfunc Example() { help() }\n",
	}))
	require.Contains(t, finding.Text(found), "undefined: help")
}

// tested is the sound repository in which a file of module low imports a test library.
func tested(t *testing.T, file string) *workspace.Workspace {
	t.Helper()
	library := fixture.Files{
		"go.mod": "module example.org/assert\n\ngo 1.26.0\n", "LICENSE": "as you like\n",
		"assert.go": "package assert\n\nfunc True(bool) {}\n",
	}
	fixture.OfflineWith(t, map[string]fixture.Files{"example.org/assert@v1.0.0": library, "example.org/assert@v1.1.0": library})
	root := fixture.Sound().With(fixture.Files{
		"versions.json": strings.Replace(fixture.Sound()["versions.json"],
			`"test_only": []`, `"test_only": ["example.org/assert"], "users_have": ["example.org/assert@v1.0.0"]`, 1),
		"low/go.mod": "module example.org/m/low\n\ngo 1.26.0\n\nrequire example.org/assert v1.1.0\n",
		file:         "package low\n\nimport \"example.org/assert\"\n\nfunc check() { assert.True(One() == 1) }\n",
	}).Write(t)
	ws, err := workspace.Load(root)
	require.NoError(t, err)
	_, err = fix.Run(t.Context(), ws)
	require.NoError(t, err)
	fixture.Commit(t, root)
	return ws
}

func tryOut(t *testing.T, ws *workspace.Workspace) []finding.Finding {
	t.Helper()
	found, err := consumer.Run(t.Context(), ws, programs(), io.Discard)
	require.NoError(t, err)
	return found
}

// committed is the sound repository, changed and committed, without a network.
func committed(t *testing.T, changes fixture.Files) *workspace.Workspace {
	t.Helper()
	fixture.Offline(t)
	return fixture.Sound().With(changes).LoadCommitted(t)
}
