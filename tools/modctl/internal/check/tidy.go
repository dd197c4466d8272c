package check

import (
	"context"
	"fmt"
	"strings"

	"github.com/starlang-go/starlang/tools/modctl/internal/command"
	"github.com/starlang-go/starlang/tools/modctl/internal/finding"
	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

// Tidy checks that go mod tidy would change nothing in the published modules.
// The error is of a go command that failed for another reason.
func Tidy(ctx context.Context, ws *workspace.Workspace) ([]finding.Finding, error) {
	var found []finding.Finding
	for _, dir := range ws.Manifest.OrderPublished() {
		cmd := command.Command{Dir: ws.Dir(dir), Env: []string{"GOWORK=off"}}
		diff, err := cmd.Output(ctx, "go", "mod", "tidy", "-diff")
		if err == nil {
			continue
		}
		if diff == "" {
			return found, err
		}
		found = append(found, finding.New(dir, runFix, "go mod tidy would change it: %s", changedLines(diff)))
	}
	return found, nil
}

// maxShown bounds the lines of a difference that a finding shows.
const maxShown = 5

// changedLines squeezes a diff into one line that names the modules concerned.
func changedLines(diff string) string {
	var changed []string
	for _, line := range command.Lines(diff) {
		isHeader := strings.HasPrefix(line, "+++") || strings.HasPrefix(line, "---")
		if !isHeader && strings.ContainsAny(line[:1], "+-") && strings.Contains(line, "/") {
			changed = append(changed, line[:1]+strings.Join(strings.Fields(line[1:]), " "))
		}
	}
	if more := len(changed) - maxShown; more > 0 {
		changed = append(changed[:maxShown], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(changed, ", ")
}
