package pid

import (
	"crypto/rand"
	random "math/rand/v2"
	"sync"
)

// generators make the numbers of references: each is ChaCha8 with a key of its own
// from the operating system. A pool of them has no lock that all share, and takes
// less time than a cipher over a counter, which would rule out repetition entirely
// (18 against 42 ns on two cores of an AMD EPYC, Go 1.26).
var generators = sync.Pool{New: func() any {
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails: crypto/rand crashes the program instead
	return random.NewChaCha8(key)
}}

// unguessable returns a number that is not 0.
func unguessable() uint64 {
	g := generators.Get().(*random.ChaCha8)
	n := g.Uint64()
	generators.Put(g) // nobody else holds it
	return max(n, 1)
}
