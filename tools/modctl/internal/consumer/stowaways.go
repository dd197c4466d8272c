package consumer

import (
	"maps"
	"slices"

	"github.com/starlang-go/starlang/tools/modctl/internal/finding"
	"github.com/starlang-go/starlang/tools/modctl/internal/manifest"
)

// Stowaways looks at all modules in the module graph of a program that requires
// one module alone, and reports those that only other modules may bring along:
// siblings that it does not need, and third-party modules of such siblings. What
// its tests need does stand in that graph, but is nobody's third_party.
func Stowaways(m *manifest.Manifest, module string, graph []string) []finding.Finding {
	needed := append(m.Needs(module), module)
	others := make(map[string]bool)
	for _, dir := range m.OrderPublished() {
		others[m.Path(dir)] = !slices.Contains(needed, dir)
		mod, _ := m.Published(dir)
		for _, path := range mod.ThirdParty {
			others[path] = !slices.Contains(m.Budget(module), path)
		}
	}
	maps.DeleteFunc(others, func(path string, other bool) bool { return !other || !slices.Contains(graph, path) })
	var found []finding.Finding
	for _, path := range slices.Sorted(maps.Keys(others)) {
		found = append(found, finding.New(module, "find out who requires it with go mod graph, and do without it",
			"a program that has it alone gets %s too", path))
	}
	return found
}
