package manifest

import (
	"maps"
	"slices"
)

// Order returns the directories of the workspace's modules, each after its siblings,
// and otherwise by name.
func (m *Manifest) Order() []string {
	return m.Closure(slices.Sorted(maps.Keys(m.Modules))...)
}

// OrderPublished returns the directories of all modules that are published: those of
// the workspace and then the satellites, each after its siblings.
func (m *Manifest) OrderPublished() []string {
	return m.Closure(append(m.Order(), slices.Sorted(maps.Keys(m.Satellites))...)...)
}

// OrderSatellites returns the directories of the satellites, each after its siblings.
func (m *Manifest) OrderSatellites() []string {
	return slices.DeleteFunc(m.OrderPublished(), func(dir string) bool {
		_, satellite := m.Satellites[dir]
		return !satellite
	})
}

// Closure returns the given modules and all that they need, each after its
// siblings. Siblings that the manifest does not know are left out.
func (m *Manifest) Closure(dirs ...string) []string {
	var order []string
	seen := make(map[string]bool)
	var visit func(dir string)
	visit = func(dir string) {
		mod, known := m.Published(dir)
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
	mod, _ := m.Published(dir)
	return m.Closure(mod.Siblings...)
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
		mod, _ := m.Published(dir)
		for _, s := range mod.Siblings {
			if ring := visit(s); ring != nil {
				return ring
			}
		}
		trail = trail[:len(trail)-1]
		done[dir] = true
		return nil
	}
	for _, dir := range m.OrderPublished() {
		if ring := visit(dir); ring != nil {
			return ring
		}
	}
	return nil
}

// Budget returns the third-party modules that non-test code of a module may
// reach: its own and those of all the modules that it needs.
func (m *Manifest) Budget(dir string) []string {
	var budget []string
	for _, d := range append(m.Needs(dir), dir) {
		mod, _ := m.Published(d)
		budget = append(budget, mod.ThirdParty...)
	}
	slices.Sort(budget)
	return slices.Compact(budget)
}
