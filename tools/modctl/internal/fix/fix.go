// Package fix makes the module files say what versions.json says.
package fix

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"

	"golang.org/x/mod/modfile"

	"github.com/starlang-go/starlang/tools/modctl/internal/command"
	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

// Run rewrites go.work and every go.mod and runs go mod tidy in the modules that are
// published. It returns the files that have changed, relative to the root. Run
// again, it changes nothing.
func Run(ctx context.Context, ws *workspace.Workspace) ([]string, error) {
	before := make(map[string][]byte)
	for _, file := range files(ws) {
		before[file], _ = os.ReadFile(filepath.Join(ws.Root, file)) // a go.sum need not exist
	}
	if err := workFile(ws); err != nil {
		return nil, err
	}
	for _, dir := range ws.ModuleDirs() {
		if err := goMod(ws, dir); err != nil {
			return nil, err
		}
	}
	for _, dir := range ws.Manifest.OrderPublished() {
		tidy := command.Command{Dir: ws.Dir(dir), Env: []string{"GOWORK=off"}}
		if _, err := tidy.Output(ctx, "go", "mod", "tidy"); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(files(ws), func(file string) bool {
		now, _ := os.ReadFile(filepath.Join(ws.Root, file))
		return bytes.Equal(now, before[file])
	}), nil
}

// files returns the files that Run may change.
func files(ws *workspace.Workspace) []string {
	names := []string{"go.work"}
	for _, dir := range ws.ModuleDirs() {
		names = append(names, path.Join(dir, "go.mod"), path.Join(dir, "go.sum"))
	}
	return names
}

// workFile makes go.work use the manifest's modules, at its Go version.
func workFile(ws *workspace.Workspace) error {
	ws.Work.DropToolchainStmt()
	if err := ws.Work.AddGoStmt(ws.Manifest.Go); err != nil {
		return err
	}
	used := make(map[string]bool)
	for _, use := range slices.Clone(ws.Work.Use) {
		dir := path.Clean(use.Path)
		if ws.Inside(dir) {
			used[dir] = true
		} else if err := ws.Work.DropUse(use.Path); err != nil {
			return err
		}
	}
	for _, dir := range ws.Manifest.Order() {
		if used[dir] {
			continue
		}
		if err := ws.Work.AddUse("./"+dir, ""); err != nil {
			return err
		}
	}
	ws.Work.SortBlocks()
	ws.Work.Cleanup()
	return os.WriteFile(filepath.Join(ws.Root, "go.work"), modfile.Format(ws.Work.Syntax), 0o644)
}

// goMod gives a go.mod its Go version and its siblings. Of what is published it
// requires all that it may, at their declared versions, for go mod tidy to take
// away those it does not use: for a sibling that is only replaced, go mod tidy
// would invent a version. A module outside keeps its own choice.
func goMod(ws *workspace.Workspace, dir string) error {
	mod := ws.Mods[dir]
	siblings := ws.Siblings(dir)
	mod.DropToolchainStmt()
	if err := mod.AddGoStmt(ws.Manifest.Go); err != nil {
		return err
	}
	required := siblings
	if !ws.Published(dir) {
		required = ws.Requires(dir)
	}
	for _, s := range required {
		if ws.BothOutside(dir, s) {
			continue
		}
		if err := mod.AddRequire(ws.Manifest.Path(s), ws.Manifest.Version(s)); err != nil {
			return err
		}
	}
	if err := dropForeign(ws, dir, siblings); err != nil {
		return err
	}
	for _, s := range siblings {
		if err := mod.AddReplace(ws.Manifest.Path(s), "", workspace.ReplaceTarget(dir, s), ""); err != nil {
			return err
		}
	}
	mod.SortBlocks()
	mod.Cleanup()
	data, err := mod.Format()
	if err != nil {
		return fmt.Errorf("format %s/go.mod: %w", dir, err)
	}
	return os.WriteFile(ws.GoMod(dir), data, 0o644)
}

// dropForeign takes replaces away that are not those of siblings as such: of a
// module that is none, or of one version only.
func dropForeign(ws *workspace.Workspace, dir string, siblings []string) error {
	mod := ws.Mods[dir]
	for _, r := range slices.Clone(mod.Replace) {
		s, ours := ws.Manifest.Dir(r.Old.Path)
		if !ours || ws.BothOutside(dir, s) || (slices.Contains(siblings, s) && r.Old.Version == "") {
			continue // a third-party replace was written by hand and is only reported
		}
		if err := mod.DropReplace(r.Old.Path, r.Old.Version); err != nil {
			return err
		}
	}
	return nil
}
