package checkout

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Checkout is a commit in a directory of its own.
type Checkout struct {
	// Dir is the root of the commit's files.
	Dir string
	// Commit is the commit's short name and subject.
	Commit string

	repository, parent string
}

// closeTimeout bounds how long Close waits for git.
const closeTimeout = time.Minute

// New takes the commit that ref names out of the repository that directory dir
// belongs to. Whoever gets a Checkout closes it; if there is an error, nothing is
// left behind.
func New(ctx context.Context, dir, ref string) (*Checkout, error) {
	root, err := git(ctx, dir, "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, fmt.Errorf("find the repository: %w", err)
	}
	hash, err := git(ctx, root, "rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}")
	if err != nil {
		return nil, errors.Join(ctx.Err(), fmt.Errorf("there is no commit %q in %s", ref, root))
	}
	name, err := describe(ctx, root, hash)
	if err != nil {
		return nil, err
	}
	parent, err := os.MkdirTemp("", "bench-against-")
	if err != nil {
		return nil, fmt.Errorf("make a directory for commit %s: %w", ref, err)
	}
	c := &Checkout{Dir: filepath.Join(parent, "tree"), Commit: name, repository: root, parent: parent}
	if _, err := git(ctx, root, "worktree", "add", "--quiet", "--detach", c.Dir, hash); err != nil {
		return nil, errors.Join(fmt.Errorf("check out commit %s: %w", ref, err), c.Close())
	}
	return c, nil
}

// Head says what the work tree of directory dir is: the short name and subject of
// its commit, and whether it has changes that are not committed.
func Head(ctx context.Context, dir string) (string, error) {
	name, err := describe(ctx, dir, "HEAD")
	if err != nil {
		return "", err
	}
	changes, err := git(ctx, dir, "status", "--porcelain")
	if err != nil {
		return "", fmt.Errorf("look for changes: %w", err)
	}
	if changes != "" {
		name += ", with changes"
	}
	return name, nil
}

func describe(ctx context.Context, dir, commit string) (string, error) {
	name, err := git(ctx, dir, "log", "-1", "--format=%h, %s", commit)
	if err != nil {
		return "", fmt.Errorf("describe commit %s: %w", commit, err)
	}
	return name, nil
}

// Close removes the directory, and what git knows of it. It does so also if the
// context of New has ended.
func (c *Checkout) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	err := os.RemoveAll(c.parent)
	// What git remembers of a work tree whose directory is gone is pruned.
	_, pruned := git(ctx, c.repository, "worktree", "prune")
	return errors.Join(err, pruned)
}

// git runs git in dir and returns what it prints, without the last newline. An
// error has what it said.
func git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	ownGroup(cmd)
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(stderr.String()))
	}
	return strings.TrimRight(stdout.String(), "\n"), nil
}
