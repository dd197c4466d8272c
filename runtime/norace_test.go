//go:build !race

package runtime_test

// How often the tests repeat what once went wrong somewhere. The race detector
// makes each repetition some ten times as slow and looks at every one of them
// more closely: see race_test.go.
const (
	hundredThousand = 100_000
	million         = 1_000_000
)
