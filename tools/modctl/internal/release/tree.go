package release

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/starlang-go/starlang/tools/modctl/internal/command"
)

// index is a git index beside the repository's own, whose files stand in a directory
// of their own.
type index struct{ root, file string }

func (x index) git(ctx context.Context, env []string, args ...string) (string, error) {
	cmd := command.Command{Dir: x.root, Env: append(env, "GIT_INDEX_FILE="+x.file)}
	out, err := cmd.Output(ctx, "git", args...)
	return strings.TrimSpace(out), err
}

// export writes the files of a revision into a new directory.
func (x index) export(ctx context.Context, revision, dir string) error {
	if _, err := x.git(ctx, nil, "read-tree", revision); err != nil {
		return err
	}
	return x.checkout(ctx, dir)
}

// exportWorkingTree writes all files as they stand, committed or not, those that git
// ignores left out, into a new directory. It touches neither the files nor the
// repository's own index.
func (x index) exportWorkingTree(ctx context.Context, dir string) error {
	if _, err := x.git(ctx, nil, "add", "--all", "."); err != nil {
		return err
	}
	return x.checkout(ctx, dir)
}

func (x index) checkout(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	_, err := x.git(ctx, nil, "checkout-index", "--all", "--prefix="+filepath.ToSlash(dir)+"/")
	return err
}

// write writes the files in dir into the repository's object store and returns the hash
// of their tree.
func (x index) write(ctx context.Context, dir string) (string, error) {
	repository, err := x.git(ctx, nil, "rev-parse", "--absolute-git-dir")
	if err != nil {
		return "", err
	}
	there := []string{"GIT_DIR=" + repository, "GIT_WORK_TREE=" + dir}
	if _, err := (index{dir, x.file}).git(ctx, there, "add", "--all", "."); err != nil {
		return "", err
	}
	return x.git(ctx, nil, "write-tree")
}
