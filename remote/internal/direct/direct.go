// Package direct is about connections that a sender may write to itself, in the place of the
// goroutine that does else.
package direct

// Writer is implemented by connections of this module. A sender calls it, which may be any
// process of the program: so one of the program's own, which could hang or end it, cannot
// implement Writer, because of [Written].
type Writer interface {
	// TryWrite writes as much of b as it can without waiting, nothing if it fails, and
	// returns how much that was. A Write of the rest follows, which reports the error.
	// It is never called twice at a time, nor together with Write.
	TryWrite(b []byte) Written
}

// Written is a number of bytes.
type Written int
