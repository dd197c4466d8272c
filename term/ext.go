package term

// The extension codes that this project uses. MessagePack keeps the negative
// ones for itself; the others up to 31 are kept for this project, 32 to 127 are
// for programs.
const (
	ExtTime       int8 = -1 // MessagePack's timestamp
	ExtTypeName   int8 = 1  // the wire name of the value beside it
	ExtAtom       int8 = 2
	ExtPID        int8 = 3
	ExtRef        int8 = 4
	ExtExitReason int8 = 5

	MinUserExt int8 = 32  // the first code that is free for programs
	MaxUserExt int8 = 127 // the last one
)

// RegisterExt makes every extension of the given code decode as a T where no Go
// type is asked for, so that a T travels as itself through an interface. T must
// implement [Appender], and *T [Parser]. The code is one of this project's, or
// between [MinUserExt] and [MaxUserExt].
// The same pair again is fine; a code or a type that is taken is an error.
func RegisterExt[T any](code int8) error {
	return nil
}
