package consumer

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/starlang-go/starlang/tools/modctl/internal/command"
	"github.com/starlang-go/starlang/tools/modctl/internal/finding"
	"github.com/starlang-go/starlang/tools/modctl/internal/manifest"
)

// program is the module of the program on a library.
const program = "example.org/consumer"

// Graph is the module graph of a program.
type Graph struct {
	// Versions has the version selected of each module.
	Versions map[string]string
	Requires []Requirement
}

// Requirement says which module requires which version of another one.
type Requirement struct{ Who, What, Version string }

// readGraph returns the module graph of the program in at.
func readGraph(ctx context.Context, at command.Command) (Graph, error) {
	g := Graph{Versions: make(map[string]string)}
	out, err := at.Output(ctx, "go", "list", "-m", "-f", "{{.Path}} {{.Version}}", "all")
	if err != nil {
		return g, err
	}
	for _, line := range command.Lines(out) {
		path, version, _ := strings.Cut(line, " ")
		g.Versions[path] = version
	}
	if out, err = at.Output(ctx, "go", "mod", "graph"); err != nil {
		return g, err
	}
	for _, line := range command.Lines(out) {
		who, what, _ := strings.Cut(line, " ")
		who, _, _ = strings.Cut(who, "@")
		what, version, _ := strings.Cut(what, "@")
		g.Requires = append(g.Requires, Requirement{who, what, version})
	}
	return g, nil
}

// Stowaways looks at all modules in the module graph of a program that requires
// one module alone, and reports those that only other modules may bring along:
// siblings that it does not need, and third-party modules of such siblings. What a
// third-party module requires by itself is none: nobody here could do without it.
func Stowaways(m *manifest.Manifest, module string, g Graph) []finding.Finding {
	needed := append(m.Needs(module), module)
	others := make(map[string]bool)
	for _, dir := range m.OrderPublished() {
		others[m.Path(dir)] = !slices.Contains(needed, dir)
		mod, _ := m.Published(dir)
		for _, path := range mod.ThirdParty {
			others[path] = !slices.Contains(m.Budget(module), path)
		}
	}
	var found []finding.Finding
	for _, path := range slices.Sorted(maps.Keys(others)) {
		if _, there := g.Versions[path]; there && others[path] && !g.requiredByOthers(m, path) {
			found = append(found, finding.New(module, "find out who requires it with go mod graph, and do without it",
				"a program that has it alone gets %s too", path))
		}
	}
	return found
}

// requiredByOthers reports whether a module that is not of this repository requires path.
func (g Graph) requiredByOthers(m *manifest.Manifest, path string) bool {
	return slices.ContainsFunc(g.Requires, func(r Requirement) bool {
		_, ours := m.Dir(r.Who)
		return !ours && r.Who != program && r.What == path
	})
}

// TestLibraries reports modules of this repository that require a test library in the
// module graph of a program, and test libraries that the program had already and that
// have been raised by anything but the third-party modules that it cannot do without.
func TestLibraries(m *manifest.Manifest, module string, g Graph) []finding.Finding {
	var found []finding.Finding
	for _, r := range g.Requires {
		dir, ours := m.Dir(r.Who)
		mod, _ := m.Published(dir)
		if ours && slices.Contains(slices.Concat(m.TestOnly, mod.TestOnly), r.What) {
			found = append(found, finding.New(module, "let nothing but tests need it",
				"a program that has it alone gets %s, because %s requires it", r.What, dir))
		}
	}
	for _, older := range m.UsersHave {
		path, version, _ := strings.Cut(older, "@")
		now := g.Versions[path]
		theirs := slices.ContainsFunc(g.Requires, func(r Requirement) bool {
			_, ours := m.Dir(r.Who)
			return !ours && r.Who != program && r.What == path && r.Version == now
		})
		if now != version && !theirs {
			found = append(found, finding.New(module, "find out who requires it with go mod graph, and do without it",
				"a program that has it alone and %s gets %s instead", older, now))
		}
	}
	return found
}
