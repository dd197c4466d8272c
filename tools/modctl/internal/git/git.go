// Package git asks the repository that modctl works on.
package git

import (
	"context"
	"slices"

	"github.com/starlang-go/starlang/tools/modctl/internal/command"
)

// Repo is a git repository by its top directory.
type Repo struct{ Root string }

// Output runs git with these arguments and returns what it prints.
func (r Repo) Output(ctx context.Context, args ...string) (string, error) {
	return command.Command{Dir: r.Root}.Output(ctx, "git", args...)
}

// Tags returns all tags.
func (r Repo) Tags(ctx context.Context) ([]string, error) {
	out, err := r.Output(ctx, "tag", "--list")
	return command.Lines(out), err
}

// Dirty returns a line for each file that differs from the last commit or is
// not in it, ignored files left out.
func (r Repo) Dirty(ctx context.Context) ([]string, error) {
	out, err := r.Output(ctx, "status", "--porcelain", "--untracked-files=all")
	return command.Lines(out), err
}

// Changed returns the files that differ from the commit at which the current
// branch left base, those not committed yet included.
func (r Repo) Changed(ctx context.Context, base string) ([]string, error) {
	fork, err := r.Output(ctx, "merge-base", base, "HEAD")
	if err != nil {
		return nil, err
	}
	tracked, err := r.Output(ctx, "diff", "--name-only", "--no-renames", command.Lines(fork)[0])
	if err != nil {
		return nil, err
	}
	untracked, err := r.Output(ctx, "ls-files", "--others", "--exclude-standard")
	if err != nil {
		return nil, err
	}
	return slices.Concat(command.Lines(tracked), command.Lines(untracked)), nil
}
