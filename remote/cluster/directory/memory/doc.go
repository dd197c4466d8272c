// Package memory is a directory in memory, for tests of programs with several nodes in
// one process: with delays, cuts and answers that get lost, and, under testing/synctest,
// in no time.
//
//	store := memory.New()
//	here, there := store.Client(), store.Client()
//	...
//	there.SetFaults(memory.Faults{Cut: true})
//
// It keeps nothing on disk and serves one process.
package memory
