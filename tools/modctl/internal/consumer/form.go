package consumer

import (
	"context"

	"github.com/starlang-go/starlang/tools/modctl/internal/command"
	"github.com/starlang-go/starlang/tools/modctl/internal/finding"
)

// look looks at a module in the form in which it is published: it is tidy, and what is
// left of its tests compiles.
func (c *consumer) look(ctx context.Context, module string) []finding.Finding {
	at := command.Command{
		Dir: c.published.Dirs[module],
		Env: append(c.published.Env, "GOFLAGS=-mod=readonly -modcacherw -trimpath"),
	}
	for _, step := range [][]string{{"mod", "tidy", "-diff"}, {"vet", "./..."}} {
		if out, err := at.Output(ctx, "go", step...); err != nil {
			return append(failure(module, err), notes(module, out)...)
		}
	}
	return nil
}

// notes are the lines that a command that failed wrote to standard output.
func notes(module, out string) []finding.Finding {
	var found []finding.Finding
	for _, line := range command.Lines(out) {
		found = append(found, finding.New(module, "see above", "%s", line))
	}
	return found
}
