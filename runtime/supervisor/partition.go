package supervisor

import (
	"fmt"
	"hash/fnv"
)

// Partitioned returns the spec of a supervisor of n children of one kind, among which the
// load is spread by keys: a server that is too busy becomes n of them. child returns the
// spec of each; name is the child's ID and the name under which it should be registered, so
// that [PartitionOf] finds it. Source: Elixir, PartitionSupervisor.
func Partitioned(name string, n int, child func(name string) ChildSpec) Spec {
	spec := Spec{Name: name}
	for i := range n {
		spec.Children = append(spec.Children, child(partition(name, i)))
	}
	return spec
}

// PartitionOf returns the name of the child of a [Partitioned] supervisor that is for a key:
// always the same one, as long as n, which must be positive, is the same.
func PartitionOf(name string, n int, key string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key)) // never fails
	return partition(name, int(h.Sum32()%uint32(n)))
}

func partition(name string, i int) string { return fmt.Sprintf("%s/%d", name, i) }
