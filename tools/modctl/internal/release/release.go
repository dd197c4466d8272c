package release

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/starlang-go/starlang/tools/modctl/internal/git"
	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

// Plan is what a release would do.
type Plan struct {
	// Due are the tags of declared versions that do not exist yet.
	Due []string
	// Stale are tags of declared versions whose module has changed since.
	Stale []string
	// tree is what the due tags will name.
	tree string
}

// Tag returns the tag of a module's declared version.
func Tag(ws *workspace.Workspace, dir string) string {
	return dir + "/" + ws.Manifest.Version(dir)
}

// Prepare finds out what there is to release, and changes nothing.
func Prepare(ctx context.Context, ws *workspace.Workspace) (*Plan, error) {
	repo := git.Repo{Root: ws.Root}
	tags, err := repo.Tags(ctx)
	if err != nil {
		return nil, err
	}
	plan := new(Plan)
	if plan.tree, err = Tree(ctx, ws); err != nil {
		return nil, err
	}
	for _, dir := range ws.Manifest.OrderPublished() {
		tag := Tag(ws, dir)
		if !slices.Contains(tags, tag) {
			plan.Due = append(plan.Due, tag)
			continue
		}
		differs, err := repo.Output(ctx, append([]string{"diff", "--name-only", tag, plan.tree, "--"}, pathspec(ws, dir)...)...)
		if err != nil {
			return nil, err
		}
		if differs != "" {
			plan.Stale = append(plan.Stale, tag)
		}
	}
	return plan, nil
}

// pathspec names the files of a module, without the modules nested in it.
func pathspec(ws *workspace.Workspace, dir string) []string {
	spec := []string{dir}
	for _, nested := range ws.ModuleDirs() {
		if strings.HasPrefix(nested, dir+"/") {
			spec = append(spec, ":(exclude)"+nested)
		}
	}
	return spec
}

// Apply makes the release commit on top of HEAD and creates the due tags on it,
// annotated. It pushes nothing.
func (p *Plan) Apply(ctx context.Context, ws *workspace.Workspace) error {
	if len(p.Due) == 0 {
		return nil
	}
	repo := git.Repo{Root: ws.Root}
	commit, err := repo.Output(ctx, "commit-tree", p.tree, "-p", "HEAD",
		"-m", "Release "+strings.Join(p.Due, ", "),
		"-m", "The go.mod files have no replaces here, so that commands can be installed.")
	if err != nil {
		return err
	}
	for _, tag := range p.Due {
		if _, err := repo.Output(ctx, "tag", "--annotate", tag, strings.TrimSpace(commit), "-m", tag); err != nil {
			return fmt.Errorf("after some tags: %w", err)
		}
	}
	return nil
}
