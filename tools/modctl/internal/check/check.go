// Package check holds versions.json against what the repository really is:
// go.work, the go.mod files, the packages and their imports. Each rule stands in
// a file of its own.
package check

import (
	"context"

	"github.com/starlang-go/starlang/tools/modctl/internal/finding"
	"github.com/starlang-go/starlang/tools/modctl/internal/graph"
	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

// fileRules look at the module files alone.
var fileRules = []func(*workspace.Workspace) []finding.Finding{
	Layers,
	Stability,
	Membership,
	GoMod,
	Agreement,
	Documents,
}

// graphRules look at imports too: those of some modules in a graph that holds them.
var graphRules = []func(*workspace.Workspace, []string, graph.Graph) []finding.Finding{
	Imports,
	Budget,
}

// Run applies the rules and returns what they find. Module files come first, then
// imports, then tidiness, and each only once nothing is wrong before it: the go
// command would stumble over the same faults and say less about them. The error
// is about checks that could not be made.
func Run(ctx context.Context, ws *workspace.Workspace) ([]finding.Finding, error) {
	var found []finding.Finding
	for _, rule := range fileRules {
		found = append(found, rule(ws)...)
	}
	if len(found) > 0 {
		return found, nil
	}
	found, err := imports(ctx, ws)
	if err != nil || len(found) > 0 {
		return found, err
	}
	return Tidy(ctx, ws)
}

// imports applies the rules about imports to the workspace as a whole and to each
// satellite by itself, because that is how they are built.
func imports(ctx context.Context, ws *workspace.Workspace) ([]finding.Finding, error) {
	packages, err := graph.Load(ctx, ws.Root)
	if err != nil {
		return nil, err
	}
	found := applyGraphRules(ws, ws.Manifest.Order(), packages)
	for _, dir := range ws.Manifest.OrderSatellites() {
		packages, err := graph.LoadModule(ctx, ws.Dir(dir))
		if err != nil {
			return nil, err
		}
		found = append(found, applyGraphRules(ws, []string{dir}, packages)...)
	}
	return found, nil
}

func applyGraphRules(ws *workspace.Workspace, dirs []string, packages graph.Graph) []finding.Finding {
	var found []finding.Finding
	for _, rule := range graphRules {
		found = append(found, rule(ws, dirs, packages)...)
	}
	return found
}
