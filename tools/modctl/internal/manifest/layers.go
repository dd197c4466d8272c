package manifest

import (
	"maps"
	"slices"
)

// Order returns the directories of all modules, each after its siblings, and
// otherwise by name.
func (m *Manifest) Order() []string {
	return m.Closure(slices.Sorted(maps.Keys(m.Modules))...)
}

// Closure returns the given modules and all that they need, each after its
// siblings. Siblings that the manifest does not know are left out.
func (m *Manifest) Closure(dirs ...string) []string {
	var order []string
	seen := make(map[string]bool)
	var visit func(dir string)
	visit = func(dir string) {
		mod, known := m.Modules[dir]
		if !known || seen[dir] {
			return
		}
		seen[dir] = true
		for _, s := range slices.Sorted(slices.Values(mod.Siblings)) {
			visit(s)
		}
		order = append(order, dir)
	}
	for _, dir := range dirs {
		visit(dir)
	}
	return order
}

// Needs returns the siblings of a module and all that these need.
func (m *Manifest) Needs(dir string) []string {
	return m.Closure(m.Modules[dir].Siblings...)
}

// Cycle returns modules that need each other in a ring, the first one again at
// the end, or nil if there is no ring.
func (m *Manifest) Cycle() []string {
	done := make(map[string]bool)
	var trail []string
	var visit func(dir string) []string
	visit = func(dir string) []string {
		if i := slices.Index(trail, dir); i >= 0 {
			return append(slices.Clone(trail[i:]), dir)
		}
		if done[dir] {
			return nil
		}
		trail = append(trail, dir)
		for _, s := range m.Modules[dir].Siblings {
			if ring := visit(s); ring != nil {
				return ring
			}
		}
		trail = trail[:len(trail)-1]
		done[dir] = true
		return nil
	}
	for _, dir := range slices.Sorted(maps.Keys(m.Modules)) {
		if ring := visit(dir); ring != nil {
			return ring
		}
	}
	return nil
}

// Budget returns the third-party modules that non-test code of a module may
// reach: its own and those of all the modules that it needs.
func (m *Manifest) Budget(dir string) []string {
	budget := slices.Clone(m.Modules[dir].ThirdParty)
	for _, s := range m.Needs(dir) {
		budget = append(budget, m.Modules[s].ThirdParty...)
	}
	slices.Sort(budget)
	return slices.Compact(budget)
}
