package check

import (
	"maps"
	"path"
	"slices"

	"github.com/starlang-go/starlang/tools/modctl/internal/finding"
	"github.com/starlang-go/starlang/tools/modctl/internal/manifest"
	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

// Membership checks that every module stands in the manifest in one place: in the
// workspace, as a satellite, or outside; and that go.work says the same.
func Membership(ws *workspace.Workspace) []finding.Finding {
	found := workFile(ws)
	m := ws.Manifest
	for _, dir := range ws.ModuleDirs() {
		_, satellite := m.Satellites[dir]
		_, outside := m.Outside[dir]
		if n := count(ws.Inside(dir), satellite, outside); n != 1 {
			found = append(found, finding.New(dir,
				"name it once in "+manifest.FileName+", under \"modules\", \"satellites\" or \"outside\"",
				"is a module that the manifest names in %d of the three places", n))
		}
	}
	for _, dir := range m.OrderPublished() {
		if ws.Mods[dir] == nil {
			found = append(found, finding.New(manifest.FileName, "create it or take it out", "%s has no go.mod", dir))
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(m.Outside)) {
		if ws.Mods[dir] == nil {
			found = append(found, finding.New(manifest.FileName, "create it or take it out", "%s has no go.mod", dir))
		}
		if m.Outside[dir] == "" {
			found = append(found, finding.New(manifest.FileName, "write down why", "%s is outside of the workspace without a reason", dir))
		}
	}
	return found
}

// workFile checks that go.work uses the manifest's modules and does nothing else.
func workFile(ws *workspace.Workspace) []finding.Finding {
	const where = "go.work"
	var found []finding.Finding
	if ws.Work.Go == nil || ws.Work.Go.Version != ws.Manifest.Go {
		found = append(found, finding.New(where, runFix, "its go line is not go %s", ws.Manifest.Go))
	}
	if ws.Work.Toolchain != nil {
		found = append(found, finding.New(where, runFix, "it has a toolchain line"))
	}
	if len(ws.Work.Replace) > 0 {
		found = append(found, finding.New(where, "take it out: the go.mod files have the replaces", "it has a replace"))
	}
	used := make(map[string]bool)
	for _, use := range ws.Work.Use {
		dir := path.Clean(use.Path)
		used[dir] = true
		if !ws.Inside(dir) {
			found = append(found, finding.New(where, runFix, "it uses %s, which is no module of the manifest", use.Path))
		}
	}
	for _, dir := range ws.Manifest.Order() {
		if !used[dir] {
			found = append(found, finding.New(where, runFix, "it does not use ./%s", dir))
		}
	}
	return found
}

func count(conditions ...bool) int {
	n := 0
	for _, c := range conditions {
		if c {
			n++
		}
	}
	return n
}
