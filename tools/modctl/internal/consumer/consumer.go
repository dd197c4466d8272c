package consumer

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/starlang-go/starlang/tools/modctl/internal/command"
	"github.com/starlang-go/starlang/tools/modctl/internal/finding"
	"github.com/starlang-go/starlang/tools/modctl/internal/release"
	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

// programTimeout bounds one run of a consumer's program, which takes milliseconds.
const programTimeout = time.Minute

// consumer is the place, outside of the repository, where modules are tried out.
type consumer struct {
	ws        *workspace.Workspace
	programs  fs.FS
	dir       string
	published *release.Published
}

// Run publishes all modules and tries out each of them alone with the program
// that programs has for it (see [Programs]). It writes what it does to log and
// returns what does not work. The error is about trials that could not be made.
func Run(ctx context.Context, ws *workspace.Workspace, programs fs.FS, log io.Writer) ([]finding.Finding, error) {
	dir, err := os.MkdirTemp("", "modctl-consumer-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	published, err := release.Publish(ctx, ws, dir)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(log, "published %s\n", strings.Join(published.Origins, "\npublished "))
	c := &consumer{ws: ws, programs: programs, dir: dir, published: published}
	found := published.Faults
	for _, module := range ws.Manifest.OrderPublished() {
		start := time.Now()
		faults := append(c.try(ctx, module), c.look(ctx, module)...)
		found = append(found, faults...)
		fmt.Fprintf(log, "tried %s alone: %s (%.1fs)\n", module, verdict(faults), time.Since(start).Seconds())
	}
	return found, ctx.Err()
}

// try tries out one module.
func (c *consumer) try(ctx context.Context, module string) []finding.Finding {
	dir := filepath.Join(c.dir, "trials", strings.ReplaceAll(module, "/", "-"))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return failure(module, err)
	}
	at := command.Command{Dir: dir, Env: append([]string{"GOBIN=" + dir}, c.published.Env...)}
	if source, err := fs.ReadFile(c.programs, module+"/"+programFile); err == nil {
		return c.library(ctx, at, module, source)
	}
	if lines, err := fs.ReadFile(c.programs, module+"/"+commandsFile); err == nil {
		return c.commands(ctx, at, module, command.Lines(string(lines)))
	}
	return []finding.Finding{finding.New(module,
		"write one into tools/modctl/internal/consumer/programs", "nothing tries it out")}
}

// library builds and runs a program on the module and looks at what came along.
func (c *consumer) library(ctx context.Context, at command.Command, module string, source []byte) []finding.Finding {
	steps := [][]string{{"mod", "init", program}}
	for _, older := range c.ws.Manifest.UsersHave {
		steps = append(steps, []string{"mod", "edit", "-require=" + older})
	}
	steps = append(steps, [][]string{
		{"get", c.ws.Manifest.Path(module) + "@" + c.ws.Manifest.Version(module)},
		{"build", "-o", filepath.Join(at.Dir, "program"), "."},
	}...)
	if err := os.WriteFile(filepath.Join(at.Dir, "main.go"), source, 0o644); err != nil {
		return failure(module, err)
	}
	for _, step := range steps {
		if _, err := at.Output(ctx, "go", step...); err != nil {
			return failure(module, err)
		}
	}
	if err := run(ctx, at, "program"); err != nil {
		return failure(module, err)
	}
	graph, err := readGraph(ctx, at)
	if err != nil {
		return failure(module, err)
	}
	return slices.Concat(Stowaways(c.ws.Manifest, module, graph), TestLibraries(c.ws.Manifest, module, graph))
}

// commands installs all commands of the module and runs some of them.
func (c *consumer) commands(ctx context.Context, at command.Command, module string, lines []string) []finding.Finding {
	all := c.ws.Manifest.Path(module) + "/...@" + c.ws.Manifest.Version(module)
	if _, err := at.Output(ctx, "go", "install", all); err != nil {
		return failure(module, err)
	}
	for _, line := range lines {
		if err := run(ctx, at, strings.Fields(line)...); err != nil {
			return failure(module, err)
		}
	}
	return nil
}

// run runs a program that was built into the trial's directory.
func run(ctx context.Context, at command.Command, line ...string) error {
	ctx, cancel := context.WithTimeout(ctx, programTimeout)
	defer cancel()
	_, err := at.Output(ctx, filepath.Join(at.Dir, line[0]), line[1:]...)
	return err
}

// failure is the finding of a trial that did not come to its end.
func failure(module string, err error) []finding.Finding {
	return []finding.Finding{finding.New(module, "raise and release what it needs, or do without it",
		"a program that has it alone fails: %s", strings.Join(command.Lines(err.Error()), " | "))}
}

func verdict(faults []finding.Finding) string {
	if len(faults) == 0 {
		return "ok"
	}
	return "FAILED"
}
