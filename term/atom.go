package term

import "unique"

// Atom is an interned string of at most 255 bytes.
type Atom struct {
	h unique.Handle[string]
}
