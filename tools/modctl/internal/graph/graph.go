// Package graph reads which package imports which, and from which module each
// comes, as the go command sees it in the workspace.
package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/starlang-go/starlang/tools/modctl/internal/command"
)

// platforms are the systems whose files are looked at. Together they cover what
// build constraints commonly tell apart.
var platforms = []string{"linux", "darwin", "windows"}

// Package is a package of the workspace, or one that such a package or its tests
// reach.
type Package struct {
	Path string
	// Module is the path of the module that it comes from, empty for the
	// standard library.
	Module string
	// Imports are what its code imports, TestImports what only its tests do.
	Imports, TestImports []string
}

// Graph has packages by their import path.
type Graph map[string]*Package

// Load lists all packages of the workspace at root with all that they reach.
func Load(ctx context.Context, root string) (Graph, error) {
	return load(ctx, root, "", "work")
}

// LoadModule lists all packages of the module in dir, which no workspace holds, with
// all that they reach.
func LoadModule(ctx context.Context, dir string) (Graph, error) {
	return load(ctx, dir, "off", "./...")
}

func load(ctx context.Context, dir, workspace, pattern string) (Graph, error) {
	g := make(Graph)
	for _, goos := range platforms {
		cmd := command.Command{Dir: dir, Env: []string{"GOOS=" + goos, "GOARCH=amd64", "CGO_ENABLED=0", "GOWORK=" + workspace}}
		out, err := cmd.Output(ctx, "go", "list", "-deps", "-test",
			"-json=ImportPath,ForTest,Module,Imports,TestImports,XTestImports", pattern)
		if err != nil {
			return nil, err
		}
		if err := g.add(out); err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
	}
	return g, nil
}

// listed is a package as the go command prints it.
type listed struct {
	ImportPath, ForTest                string
	Imports, TestImports, XTestImports []string
	Module                             *struct{ Path string }
}

func (g Graph) add(output string) error {
	dec := json.NewDecoder(strings.NewReader(output))
	for {
		var l listed
		switch err := dec.Decode(&l); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case l.ForTest != "" || strings.HasSuffix(l.ImportPath, ".test"):
			continue // a test binary, or a package compiled once more for one
		}
		p := g[l.ImportPath]
		if p == nil {
			p = &Package{Path: l.ImportPath}
			g[l.ImportPath] = p
		}
		if l.Module != nil {
			p.Module = l.Module.Path
		}
		p.Imports = union(p.Imports, l.Imports)
		p.TestImports = union(p.TestImports, l.TestImports, l.XTestImports)
	}
}

// Of returns the packages of a module, sorted.
func (g Graph) Of(module string) []*Package {
	var packages []*Package
	for _, path := range slices.Sorted(maps.Keys(g)) {
		if g[path].Module == module {
			packages = append(packages, g[path])
		}
	}
	return packages
}

// ModuleOf returns the module that a package comes from, empty for the standard
// library.
func (g Graph) ModuleOf(path string) string {
	if p := g[path]; p != nil {
		return p.Module
	}
	return ""
}

// Reach returns every module that those who import a module reach through its
// code, other than itself, each with the imports that lead there, the module's
// own package first.
func (g Graph) Reach(module string) map[string][]string {
	trails := make(map[string][]string)
	from := g.search(module)
	for _, path := range slices.Sorted(maps.Keys(from)) {
		reached := g[path].Module
		steps := trail(from, path)
		if shorter := trails[reached]; shorter == nil || len(steps) < len(shorter) {
			trails[reached] = steps
		}
	}
	delete(trails, module)
	delete(trails, "")
	return trails
}

// ForTests returns the packages of a module that nobody but tests can use:
// internal ones to which no code of the module leads.
func (g Graph) ForTests(module string) []*Package {
	from := g.search(module)
	return slices.DeleteFunc(g.Of(module), func(p *Package) bool {
		_, isCode := from[p.Path]
		return isCode
	})
}

// search follows imports from the packages of a module that others can import or
// run, and returns for each package that it finds the one that led there.
func (g Graph) search(module string) map[string]string {
	from := make(map[string]string)
	var queue []string
	for _, p := range g.Of(module) {
		if !slices.Contains(strings.Split(p.Path, "/"), "internal") {
			from[p.Path] = ""
			queue = append(queue, p.Path)
		}
	}
	for len(queue) > 0 {
		p := g[queue[0]]
		queue = queue[1:]
		for _, next := range p.Imports {
			if _, seen := from[next]; !seen && g[next] != nil {
				from[next] = p.Path
				queue = append(queue, next)
			}
		}
	}
	return from
}

// trail walks back from a package to where the search began.
func trail(from map[string]string, path string) []string {
	var steps []string
	for ; path != ""; path = from[path] {
		steps = append(steps, path)
	}
	slices.Reverse(steps)
	return steps
}

func union(lists ...[]string) []string {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return slices.Compact(all)
}
