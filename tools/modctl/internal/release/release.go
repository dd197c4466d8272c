package release

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/starlang-go/starlang/tools/modctl/internal/finding"
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
	scratch, err := os.MkdirTemp("", "modctl-release-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(scratch)
	published, err := Publish(ctx, ws, scratch)
	if err != nil {
		return nil, err
	}
	if len(published.Faults) > 0 {
		return nil, errors.New(strings.TrimSpace(finding.Text(published.Faults)))
	}
	plan := &Plan{tree: published.Tree}
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
		"-m", "Here the modules have neither replaces nor tests, so that commands can be\ninstalled and nobody gets a test library along.")
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
