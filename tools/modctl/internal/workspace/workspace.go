// Package workspace reads the module files of a repository: versions.json,
// go.work and every go.mod.
package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/starlang-go/starlang/tools/modctl/internal/manifest"
)

// ErrNoRoot is returned by [FindRoot] outside a repository with a manifest.
var ErrNoRoot = errors.New("no " + manifest.FileName + " here or in a directory above")

// Workspace is a repository of modules as its files describe it.
type Workspace struct {
	// Root is the directory of versions.json.
	Root     string
	Manifest *manifest.Manifest
	Work     *modfile.WorkFile
	// Mods has the go.mod of every directory that holds one, the directory being
	// relative to Root and slash-separated.
	Mods map[string]*modfile.File
}

// FindRoot returns the nearest directory, from dir upwards, that has a manifest.
func FindRoot(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, manifest.FileName)); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", ErrNoRoot
		}
		dir = parent
	}
}

// Load reads the repository at root.
func Load(root string) (*Workspace, error) {
	m, err := manifest.Load(filepath.Join(root, manifest.FileName))
	if err != nil {
		return nil, err
	}
	ws := &Workspace{Root: root, Manifest: m, Mods: make(map[string]*modfile.File)}
	if ws.Work, err = readFile(filepath.Join(root, "go.work"), modfile.ParseWork); err != nil {
		return nil, err
	}
	dirs, err := moduleDirs(root)
	if err != nil {
		return nil, err
	}
	for _, dir := range dirs {
		if ws.Mods[dir], err = readFile(ws.GoMod(dir), modfile.Parse); err != nil {
			return nil, err
		}
	}
	return ws, nil
}

// Dir returns the path of a module's directory on this machine.
func (ws *Workspace) Dir(dir string) string { return filepath.Join(ws.Root, filepath.FromSlash(dir)) }

// GoMod returns the path of a module's go.mod on this machine.
func (ws *Workspace) GoMod(dir string) string { return filepath.Join(ws.Dir(dir), "go.mod") }

// ModuleDirs returns the directories of all modules there are, sorted.
func (ws *Workspace) ModuleDirs() []string { return slices.Sorted(maps.Keys(ws.Mods)) }

// Requires returns the directories of this repository's modules that the go.mod
// in dir requires itself, sorted.
func (ws *Workspace) Requires(dir string) []string {
	var dirs []string
	for _, r := range ws.Mods[dir].Require {
		if s, ours := ws.Manifest.Dir(r.Mod.Path); ours {
			dirs = append(dirs, s)
		}
	}
	slices.Sort(dirs)
	return dirs
}

// Inside reports whether the manifest names dir as a module of the workspace.
func (ws *Workspace) Inside(dir string) bool {
	_, inside := ws.Manifest.Modules[dir]
	return inside
}

// Published reports whether dir is a module that is published: one of the workspace or
// a satellite.
func (ws *Workspace) Published(dir string) bool {
	_, published := ws.Manifest.Published(dir)
	return published
}

// BothOutside reports whether neither dir nor other is ever published, as the parts of
// a comparison that cannot be linked together. What they say of each other is theirs.
func (ws *Workspace) BothOutside(dir, other string) bool {
	_, outside := ws.Manifest.Outside[other]
	return outside && !ws.Published(dir)
}

// Siblings returns the directories that the go.mod in dir is to replace, each
// after those that it needs. Of what is published versions.json says which; a
// module outside chooses itself, and needs what these need.
func (ws *Workspace) Siblings(dir string) []string {
	if ws.Published(dir) {
		return ws.Manifest.Needs(dir)
	}
	chosen := ws.Requires(dir)
	for _, r := range ws.Mods[dir].Replace {
		if s, ours := ws.Manifest.Dir(r.Old.Path); ours {
			chosen = append(chosen, s)
		}
	}
	return ws.Manifest.Closure(chosen...)
}

// ReplaceTarget returns the path by which the go.mod in dir replaces a sibling.
func ReplaceTarget(dir, sibling string) string {
	return strings.Repeat("../", strings.Count(dir, "/")+1) + sibling
}

// moduleDirs finds every go.mod below root, except where the go command itself
// does not look: testdata, and names that begin with a dot or an underscore.
func moduleDirs(root string) ([]string, error) {
	var dirs []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != root && (name == "testdata" || strings.ContainsAny(name[:1], "._")) {
			return fs.SkipDir
		}
		if d.IsDir() || name != "go.mod" {
			return nil
		}
		dir, err := filepath.Rel(root, filepath.Dir(path))
		dirs = append(dirs, filepath.ToSlash(dir))
		return err
	})
	return dirs, err
}

func readFile[F any](path string, parse func(string, []byte, modfile.VersionFixer) (F, error)) (F, error) {
	var none F
	data, err := os.ReadFile(path)
	if err != nil {
		return none, err
	}
	f, err := parse(path, data, nil)
	if err != nil {
		return none, fmt.Errorf("parse: %w", err)
	}
	return f, nil
}
