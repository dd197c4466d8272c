package check

import (
	"slices"

	"github.com/starlang-go/starlang/tools/modctl/internal/finding"
	"github.com/starlang-go/starlang/tools/modctl/internal/graph"
	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

// Imports checks that code and tests of the modules in dirs import only what the
// manifest allows them: siblings, the module's own third-party modules and, in tests,
// those that any test, or a test of this module, may use. Internal packages to which only tests lead count as tests. A
// third-party module of a sibling is not allowed by that: that pid reaches
// MessagePack through term does not let it import MessagePack itself.
func Imports(ws *workspace.Workspace, dirs []string, packages graph.Graph) []finding.Finding {
	var found []finding.Finding
	for _, dir := range dirs {
		mod, _ := ws.Manifest.Published(dir)
		code := slices.Clone(mod.ThirdParty)
		for _, s := range append(ws.Manifest.Needs(dir), dir) {
			code = append(code, ws.Manifest.Path(s))
		}
		tests := slices.Concat(code, ws.Manifest.TestOnly, mod.TestOnly)
		forTests := packages.ForTests(ws.Manifest.Path(dir))
		for _, p := range packages.Of(ws.Manifest.Path(dir)) {
			allowed := code
			if slices.Contains(forTests, p) {
				allowed = tests
			}
			found = append(found, foreign(ws, packages, p.Path, p.Imports, allowed)...)
			found = append(found, foreign(ws, packages, p.Path+" (test)", p.TestImports, tests)...)
		}
	}
	return found
}

// foreign reports imports that come from none of the allowed modules.
func foreign(ws *workspace.Workspace, packages graph.Graph, where string, imports, allowed []string) []finding.Finding {
	var found []finding.Finding
	for _, path := range imports {
		module := packages.ModuleOf(path)
		if module == "" || slices.Contains(allowed, module) {
			continue
		}
		do := "do without it, or let the manifest allow it"
		if _, ours := ws.Manifest.Dir(module); ours {
			do = "do without it, or add it to the siblings if it is a lower layer"
		}
		found = append(found, finding.New(where, do, "it imports %s of %s, which its module may not", path, module))
	}
	return found
}
