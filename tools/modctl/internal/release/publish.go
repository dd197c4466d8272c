package release

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/starlang-go/starlang/tools/modctl/internal/command"
	"github.com/starlang-go/starlang/tools/modctl/internal/finding"
	"github.com/starlang-go/starlang/tools/modctl/internal/git"
	"github.com/starlang-go/starlang/tools/modctl/internal/proxy"
	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

// Published is what [Publish] has published.
type Published struct {
	// Tree is the hash of the tree that a release commit would name.
	Tree string
	// Dirs has the files of each module at its declared version.
	Dirs map[string]string
	// Origins has a line for each module that says where its declared version is from.
	Origins []string
	// Env are the settings of a user who has nothing but what is published.
	Env []string
	// Faults are modules whose released form cannot be made as it should be.
	Faults []finding.Finding
}

// Publish publishes all modules into a module proxy in scratch, an empty directory:
// every version that has a tag as tagged, and declared versions without a tag as the
// working tree stands, in released form. It changes nothing in the repository but its
// object store.
func Publish(ctx context.Context, ws *workspace.Workspace, scratch string) (*Published, error) {
	tags, err := git.Repo{Root: ws.Root}.Tags(ctx)
	if err != nil {
		return nil, err
	}
	p := &publisher{
		ws: ws, tags: tags, scratch: scratch,
		tree:  filepath.Join(scratch, "tree"),
		index: index{ws.Root, filepath.Join(scratch, "index")},
		proxy: proxy.Dir(filepath.Join(scratch, "proxy")),
		out:   &Published{Dirs: make(map[string]string)},
	}
	if p.out.Env, err = p.proxy.Env(ctx, ws.Root, filepath.Join(scratch, "modules")); err != nil {
		return nil, err
	}
	if err := p.index.exportWorkingTree(ctx, p.tree); err != nil {
		return nil, err
	}
	for _, dir := range ws.Manifest.OrderPublished() {
		if err := p.publish(ctx, dir); err != nil {
			return nil, fmt.Errorf("publish %s: %w", dir, err)
		}
	}
	p.out.Tree, err = p.index.write(ctx, p.tree)
	return p.out, err
}

type publisher struct {
	ws      *workspace.Workspace
	tags    []string
	scratch string
	tree    string // the directory of what is to be released
	index   index
	proxy   proxy.Dir
	out     *Published
}

// publish brings one module into its released form and publishes all its versions. What
// it requires has been published before.
func (p *publisher) publish(ctx context.Context, dir string) error {
	if err := p.prepare(ctx, dir); err != nil {
		return err
	}
	declared := p.ws.Manifest.Version(dir)
	origin := "the working tree"
	for _, tag := range p.tags {
		version, ours := strings.CutPrefix(tag, dir+"/")
		if !ours || !semver.IsValid(version) {
			continue
		}
		files := filepath.Join(p.scratch, "tags", filepath.FromSlash(tag))
		if err := p.index.export(ctx, tag, files); err != nil {
			return err
		}
		if err := p.add(dir, version, files); err != nil {
			return err
		}
		if version == declared {
			origin = "its tag"
			p.out.Dirs[dir] = filepath.Join(files, filepath.FromSlash(dir))
		}
	}
	p.out.Origins = append(p.out.Origins, fmt.Sprintf("%s %s from %s", dir, declared, origin))
	if p.out.Dirs[dir] != "" {
		return nil
	}
	p.out.Dirs[dir] = filepath.Join(p.tree, filepath.FromSlash(dir))
	return p.add(dir, declared, p.tree)
}

// add publishes a version of the module in dir, below root, with the license of the
// repository if it has none of its own: so does the go command.
func (p *publisher) add(dir, version, root string) error {
	const license = "LICENSE"
	files := filepath.Join(root, filepath.FromSlash(dir))
	own := filepath.Join(files, license)
	if _, err := os.Stat(own); err != nil {
		text, err := os.ReadFile(filepath.Join(root, license))
		if err != nil {
			return err
		}
		if err := os.WriteFile(own, text, 0o644); err != nil {
			return err
		}
		defer os.Remove(own) // the tree to be released is to have what the repository has
	}
	return p.proxy.Add(module.Version{Path: p.ws.Manifest.Path(dir), Version: version}, files)
}

// needs returns whether the module in dir may need another module for more than its tests.
func (p *publisher) needs(dir string) func(path string) bool {
	budget := p.ws.Manifest.Budget(dir)
	return func(path string) bool {
		_, ours := p.ws.Manifest.Dir(path)
		return ours || slices.Contains(budget, path)
	}
}

// prepare brings a module of the tree that is to be released into its released form.
func (p *publisher) prepare(ctx context.Context, dir string) error {
	files := filepath.Join(p.tree, filepath.FromSlash(dir))
	mod, _ := p.ws.Manifest.Published(dir)
	testOnly := append(mod.TestOnly, p.ws.Manifest.TestOnly...)
	if err := leaveOutTests(files, p.ws.Manifest.Path(dir), testOnly); err != nil {
		return err
	}
	file := filepath.Join(files, "go.mod")
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if data, err = GoMod(file, data, p.needs(dir)); err != nil {
		return err
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		return err
	}
	tidy := command.Command{Dir: files, Env: p.out.Env}
	if _, err := tidy.Output(ctx, "go", "mod", "tidy"); err != nil {
		p.out.Faults = append(p.out.Faults, finding.New(dir, "raise and release what it needs, or do without it",
			"its released form cannot be made: %s", strings.Join(command.Lines(err.Error()), " | ")))
	}
	return nil
}
