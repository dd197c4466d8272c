package consumer

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
	"golang.org/x/mod/zip"

	"github.com/starlang-go/starlang/tools/modctl/internal/git"
	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

// proxy is a module proxy that is a directory, for use as a file:// URL.
// Source: Go modules reference, "GOPROXY protocol".
type proxy struct{ dir string }

// publish writes every tagged version of the published modules and, taken from
// tree, the declared versions that have no tag. It returns a line for each
// module that says where its declared version comes from.
func (p proxy) publish(ctx context.Context, ws *workspace.Workspace, tree string) ([]string, error) {
	tags, err := git.Repo{Root: ws.Root}.Tags(ctx)
	if err != nil {
		return nil, err
	}
	var origins []string
	for _, dir := range ws.Manifest.OrderPublished() {
		revisions := make(map[string]string)
		for _, tag := range tags {
			if version, ok := strings.CutPrefix(tag, dir+"/"); ok && semver.IsValid(version) {
				revisions[version] = tag
			}
		}
		declared := ws.Manifest.Version(dir)
		origin := "its tag"
		if revisions[declared] == "" {
			revisions[declared], origin = tree, "the working tree"
		}
		origins = append(origins, fmt.Sprintf("%s %s from %s", dir, declared, origin))
		if err := p.publishModule(ctx, ws, dir, revisions); err != nil {
			return nil, fmt.Errorf("publish %s: %w", dir, err)
		}
	}
	return origins, nil
}

// publishModule writes all versions of one module, each from its revision.
func (p proxy) publishModule(ctx context.Context, ws *workspace.Workspace, dir string, revisions map[string]string) error {
	escaped, err := module.EscapePath(ws.Manifest.Path(dir))
	if err != nil {
		return err
	}
	versions := slices.Sorted(maps.Keys(revisions))
	files := filepath.Join(p.dir, filepath.FromSlash(escaped), "@v")
	if err := os.MkdirAll(files, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(files, "list"), []byte(strings.Join(versions, "\n")+"\n"), 0o644); err != nil {
		return err
	}
	for _, version := range versions {
		if err := publishVersion(ctx, ws, dir, version, revisions[version], files); err != nil {
			return err
		}
	}
	return nil
}

// publishVersion writes the three files of one version.
func publishVersion(ctx context.Context, ws *workspace.Workspace, dir, version, revision, files string) error {
	info, err := json.Marshal(map[string]any{"Version": version, "Time": time.Now().UTC()})
	if err != nil {
		return err
	}
	mod, err := git.Repo{Root: ws.Root}.Output(ctx, "show", revision+":"+dir+"/go.mod")
	if err != nil {
		return err
	}
	base := filepath.Join(files, version)
	if err := os.WriteFile(base+".info", info, 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(base+".mod", []byte(mod), 0o644); err != nil {
		return err
	}
	f, err := os.Create(base + ".zip")
	if err != nil {
		return err
	}
	defer f.Close()
	v := module.Version{Path: ws.Manifest.Path(dir), Version: version}
	if err := zip.CreateFromVCS(f, v, ws.Root, revision, dir); err != nil {
		return err
	}
	return f.Close()
}
