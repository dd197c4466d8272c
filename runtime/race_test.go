//go:build race

package runtime_test

// Smaller counts than those of norace_test.go: the detector finds a missing
// synchronisation from one unlucky order in the past of two accesses, it does not
// need them to collide.
const (
	hundredThousand = 20_000
	million         = 100_000
)
