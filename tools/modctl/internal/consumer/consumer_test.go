package consumer_test

import (
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/modctl/internal/consumer"
	"github.com/starlang-go/starlang/tools/modctl/internal/finding"
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
	allowed := []string{"consumer", "m.org/high", "m.org/low", "codec.org", "assert.org"}
	require.Empty(t, consumer.Stowaways(m, "high", allowed))
	found := consumer.Stowaways(m, "high", append(allowed, "m.org/side", "maps.org"))
	require.Len(t, found, 2)
	require.Contains(t, finding.Text(found), "high: a program that has it alone gets maps.org too")
	require.Contains(t, finding.Text(found), "high: a program that has it alone gets m.org/side too")
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
