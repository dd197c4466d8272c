package check

import (
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/starlang-go/starlang/tools/modctl/internal/finding"
	"github.com/starlang-go/starlang/tools/modctl/internal/manifest"
	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

// Layers checks that the manifest describes layers: versions are versions,
// siblings exist, nothing needs itself in a ring, and each module names all that
// its siblings need, so that its list can be read without following others.
func Layers(ws *workspace.Workspace) []finding.Finding {
	m := ws.Manifest
	if ring := m.Cycle(); ring != nil {
		return []finding.Finding{finding.New(manifest.FileName, "take one of these siblings away",
			"modules need each other in a ring: %s", strings.Join(ring, " -> "))}
	}
	var found []finding.Finding
	for _, dir := range m.OrderPublished() {
		mod, _ := m.Published(dir)
		if !semver.IsValid(mod.Version) || semver.Canonical(mod.Version) != mod.Version {
			found = append(found, finding.New(manifest.FileName, "write it as vX.Y.Z",
				"%s has version %q", dir, mod.Version))
		} else if major := semver.Major(mod.Version); major != "v0" && major != "v1" {
			found = append(found, finding.New(manifest.FileName, "its path would have to end in /"+major+", which modctl does not know yet",
				"%s has version %s", dir, mod.Version))
		}
		for _, s := range mod.Siblings {
			if _, known := m.Published(s); !known {
				found = append(found, finding.New(manifest.FileName, "name a directory under \"modules\" or \"satellites\"",
					"%s has the unknown sibling %q", dir, s))
			}
			if _, satellite := m.Satellites[s]; satellite && ws.Inside(dir) {
				found = append(found, finding.New(manifest.FileName, "make it a satellite too, or do without",
					"%s is in the workspace and needs the satellite %s", dir, s))
			}
		}
		for _, s := range m.Needs(dir) {
			if !slices.Contains(mod.Siblings, s) {
				found = append(found, finding.New(manifest.FileName, "add it to the siblings",
					"%s needs %s through its siblings but does not name it", dir, s))
			}
		}
	}
	return found
}

// Stability checks that no module that promises stability stands on one that
// does not.
func Stability(ws *workspace.Workspace) []finding.Finding {
	var found []finding.Finding
	for _, dir := range ws.Manifest.OrderPublished() {
		if !stable(ws, dir) {
			continue
		}
		for _, s := range ws.Manifest.Needs(dir) {
			if !stable(ws, s) {
				found = append(found, finding.New(manifest.FileName, "release the sibling as v1 first",
					"%s is %s but needs %s, which is %s", dir, ws.Manifest.Version(dir), s, ws.Manifest.Version(s)))
			}
		}
	}
	return found
}

func stable(ws *workspace.Workspace, dir string) bool {
	return semver.Compare(ws.Manifest.Version(dir), "v1.0.0") >= 0
}
