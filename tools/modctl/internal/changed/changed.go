// Package changed tells which modules a change of files concerns.
package changed

import (
	"slices"
	"strings"

	"github.com/starlang-go/starlang/tools/modctl/internal/manifest"
	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

// shared are the files at the root that decide how every module is built.
var shared = []string{"go.work", "go.work.sum", manifest.FileName}

// Modules returns the modules that hold one of these files and all that depend
// on such a module, each after those that it needs: those of the workspace, satellites,
// and those that are not published.
func Modules(ws *workspace.Workspace, files []string) []string {
	touched := make(map[string]bool)
	for _, file := range files {
		touched[owner(ws, file)] = true
	}
	all := slices.ContainsFunc(files, func(file string) bool { return slices.Contains(shared, file) })
	order := ws.Manifest.OrderPublished()
	for _, dir := range ws.ModuleDirs() {
		if !ws.Published(dir) {
			order = append(order, dir)
		}
	}
	return slices.DeleteFunc(order, func(dir string) bool {
		needs := ws.Siblings(dir)
		depends := slices.ContainsFunc(needs, func(s string) bool { return touched[s] })
		return !all && !touched[dir] && !depends
	})
}

// owner returns the innermost module that holds a file, or nothing if none does.
func owner(ws *workspace.Workspace, file string) string {
	best := ""
	for _, dir := range ws.ModuleDirs() {
		if strings.HasPrefix(file, dir+"/") && len(dir) > len(best) {
			best = dir
		}
	}
	return best
}
