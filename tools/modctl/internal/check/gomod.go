package check

import (
	"path"
	"slices"

	"golang.org/x/mod/modfile"

	"github.com/starlang-go/starlang/tools/modctl/internal/finding"
	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

// runFix mends whatever can be derived from the manifest.
const runFix = "run go run ./tools/modctl fix"

// GoMod checks each go.mod by itself: its path, its go line, and that it
// requires siblings at their declared versions and replaces exactly these.
func GoMod(ws *workspace.Workspace) []finding.Finding {
	var found []finding.Finding
	for _, dir := range ws.ModuleDirs() {
		found = append(found, header(ws, dir)...)
		found = append(found, requires(ws, dir)...)
		found = append(found, replaces(ws, dir)...)
	}
	return found
}

func header(ws *workspace.Workspace, dir string) []finding.Finding {
	var found []finding.Finding
	mod, where := ws.Mods[dir], fileName(dir)
	if want := ws.Manifest.Path(dir); mod.Module == nil || mod.Module.Mod.Path != want {
		found = append(found, finding.New(where, "write module "+want, "its path does not follow from its directory"))
	}
	if mod.Go == nil || mod.Go.Version != ws.Manifest.Go {
		found = append(found, finding.New(where, runFix, "its go line is not go %s", ws.Manifest.Go))
	}
	if mod.Toolchain != nil {
		found = append(found, finding.New(where, runFix, "it has a toolchain line, which would choose the compiler for everybody"))
	}
	return found
}

func requires(ws *workspace.Workspace, dir string) []finding.Finding {
	var found []finding.Finding
	for _, r := range ws.Mods[dir].Require {
		s, ours := ws.Manifest.Dir(r.Mod.Path)
		if !ours {
			continue
		}
		declared, known := ws.Manifest.Published(s)
		switch {
		case ws.BothOutside(dir, s):
			// Neither is ever published: any version will do.
		case !known:
			found = append(found, finding.New(fileName(dir), "take it out, or add the module to the manifest",
				"it requires %s, which is no module that is published", r.Mod.Path))
		case !slices.Contains(ws.Siblings(dir), s):
			found = append(found, finding.New(fileName(dir), "do without it, or add it to the siblings",
				"it requires %s, which is none of its siblings", s))
		case r.Mod.Version != declared.Version:
			found = append(found, finding.New(fileName(dir), runFix,
				"it requires %s at %s, declared is %s", s, r.Mod.Version, declared.Version))
		}
	}
	return found
}

func replaces(ws *workspace.Workspace, dir string) []finding.Finding {
	var found []finding.Finding
	missing := make(map[string]bool)
	for _, s := range ws.Siblings(dir) {
		missing[s] = true
	}
	for _, r := range ws.Mods[dir].Replace {
		s, ours := ws.Manifest.Dir(r.Old.Path)
		switch {
		case !ours && !ws.Published(dir):
			// Nobody imports it, so nobody misses the replace.
		case !ours:
			found = append(found, finding.New(fileName(dir), "take it out: those who import this module would not get it",
				"it replaces %s", r.Old.Path))
		case ws.BothOutside(dir, s):
			found = append(found, outsideReplace(dir, s, r)...)
		case !missing[s]:
			found = append(found, finding.New(fileName(dir), runFix, "it replaces %s, which is none of its siblings, or twice", s))
		case !replacesRightly(dir, s, r):
			found = append(found, finding.New(fileName(dir), runFix,
				"it replaces %s by %q instead of %q", s, r.New.Path, workspace.ReplaceTarget(dir, s)))
		}
		delete(missing, s)
	}
	for _, s := range ws.Siblings(dir) {
		if missing[s] {
			found = append(found, finding.New(fileName(dir), runFix, "it does not replace its sibling %s", s))
		}
	}
	return found
}

func outsideReplace(dir, other string, r *modfile.Replace) []finding.Finding {
	if path.Join(dir, r.New.Path) == other {
		return nil
	}
	return []finding.Finding{finding.New(fileName(dir), "name the directory of "+other,
		"it replaces %s by %q", other, r.New.Path)}
}

func replacesRightly(dir, sibling string, r *modfile.Replace) bool {
	return r.Old.Version == "" && r.New.Version == "" && r.New.Path == workspace.ReplaceTarget(dir, sibling)
}

// fileName returns the name of a module's go.mod in findings.
func fileName(dir string) string { return dir + "/go.mod" }
