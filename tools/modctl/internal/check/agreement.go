package check

import (
	"golang.org/x/mod/semver"

	"github.com/starlang-go/starlang/tools/modctl/internal/finding"
	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

// Agreement checks that the modules of the workspace require each third-party
// module at one version. The workspace tests all of them with the highest one:
// a module that requires a lower one would be published untested.
func Agreement(ws *workspace.Workspace) []finding.Finding {
	highest := make(map[string]string)
	forEachThirdParty(ws, func(_, path, version string) {
		if semver.Compare(version, highest[path]) > 0 {
			highest[path] = version
		}
	})
	var found []finding.Finding
	forEachThirdParty(ws, func(dir, path, version string) {
		if want := highest[path]; version != want {
			found = append(found, finding.New(fileName(dir), "run go -C "+dir+" get "+path+"@"+want,
				"it requires %s at %s, but the workspace tests with %s", path, version, want))
		}
	})
	return found
}

// forEachThirdParty visits every requirement of the workspace's modules on a
// module that is not one of them.
func forEachThirdParty(ws *workspace.Workspace, visit func(dir, path, version string)) {
	for _, dir := range ws.Manifest.Order() {
		if ws.Mods[dir] == nil {
			continue // [Membership] reports it
		}
		for _, r := range ws.Mods[dir].Require {
			if _, ours := ws.Manifest.Dir(r.Mod.Path); !ours {
				visit(dir, r.Mod.Path, r.Mod.Version)
			}
		}
	}
}
