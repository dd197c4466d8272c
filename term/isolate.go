package term

// Immutable marks types whose values never change and so may be shared.
type Immutable interface{ ImmutableTerm() }

// Isolate returns what a local receiver gets for v.
func Isolate(v any) (any, error) { return v, nil }

// RefuseMessage marks T as never sendable as a message of its own.
func RefuseMessage[T any](why string) {}

// Register gives T its wire name.
func Register[T any](name string) error { return nil }

// MustRegister is Register for names known to be free; it panics otherwise.
func MustRegister[T any](name string) {}

// AppendMessage appends v together with its type.
func AppendMessage(dst []byte, v any) ([]byte, error) { return AppendEncode(dst, v) }

// DecodeMessage decodes what AppendMessage wrote, to a value of the same type.
func DecodeMessage(b []byte) (any, error) { return Decode[any](b) }
