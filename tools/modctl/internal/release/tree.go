package release

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/starlang-go/starlang/tools/modctl/internal/command"
	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

// GoMod returns a go.mod as it is released: without replaces.
func GoMod(file string, data []byte) ([]byte, error) {
	mod, err := modfile.Parse(file, data, nil)
	if err != nil {
		return nil, err
	}
	for _, r := range slices.Clone(mod.Replace) {
		if err := mod.DropReplace(r.Old.Path, r.Old.Version); err != nil {
			return nil, err
		}
	}
	mod.Cleanup()
	return mod.Format()
}

// Tree writes what would be released now into the repository's object store and
// returns the hash of its tree: all files as they stand, committed or not, those
// that git ignores left out, with the published modules' go.mod files in their released
// form. It touches neither the files nor the index.
func Tree(ctx context.Context, ws *workspace.Workspace) (string, error) {
	dir, err := os.MkdirTemp("", "modctl-index-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	index := index{root: ws.Root, file: filepath.Join(dir, "index")}
	if _, err := index.git(ctx, nil, "add", "--all", "."); err != nil {
		return "", err
	}
	for _, module := range ws.Manifest.OrderPublished() {
		if err := index.addGoMod(ctx, ws, module); err != nil {
			return "", err
		}
	}
	return index.git(ctx, nil, "write-tree")
}

// index is a git index beside the repository's own.
type index struct{ root, file string }

func (x index) git(ctx context.Context, stdin []byte, args ...string) (string, error) {
	cmd := command.Command{Dir: x.root, Env: []string{"GIT_INDEX_FILE=" + x.file}, Stdin: stdin}
	out, err := cmd.Output(ctx, "git", args...)
	return strings.TrimSpace(out), err
}

// addGoMod puts the released form of a module's go.mod into the index.
func (x index) addGoMod(ctx context.Context, ws *workspace.Workspace, dir string) error {
	data, err := os.ReadFile(ws.GoMod(dir))
	if err != nil {
		return err
	}
	released, err := GoMod(ws.GoMod(dir), data)
	if err != nil {
		return err
	}
	blob, err := x.git(ctx, released, "hash-object", "-w", "--stdin")
	if err != nil {
		return err
	}
	_, err = x.git(ctx, nil, "update-index", "--add", "--cacheinfo",
		fmt.Sprintf("100644,%s,%s", blob, path.Join(dir, "go.mod")))
	return err
}
