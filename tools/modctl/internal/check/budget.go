package check

import (
	"maps"
	"slices"
	"strings"

	"github.com/starlang-go/starlang/tools/modctl/internal/finding"
	"github.com/starlang-go/starlang/tools/modctl/internal/graph"
	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

// Budget checks that the non-test code of each module in dirs reaches, over any number
// of imports, only the third-party modules that the manifest lets it and its
// siblings bring along.
func Budget(ws *workspace.Workspace, dirs []string, packages graph.Graph) []finding.Finding {
	var found []finding.Finding
	for _, dir := range dirs {
		allowed := ws.Manifest.Budget(dir)
		reached := packages.Reach(ws.Manifest.Path(dir))
		for _, module := range slices.Sorted(maps.Keys(reached)) {
			_, ours := ws.Manifest.Dir(module)
			if ours || slices.Contains(allowed, module) {
				continue
			}
			found = append(found, finding.New(dir, "do without it, or add it to third_party with a reason in the commit",
				"it brings %s along: %s", module, strings.Join(reached[module], " -> ")))
		}
	}
	return found
}
