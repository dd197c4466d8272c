package term

// ByteCount is a number of bytes.
type ByteCount int64

// The limits that hold where [Limits] has a zero.
const (
	DefaultMaxBytes    ByteCount = 64 << 20
	DefaultMaxMemory   ByteCount = 256 << 20
	DefaultMaxElements           = 4 << 20
	DefaultMaxDepth              = 1000
)

// Limits bounds what bytes from elsewhere may cost. A zero field means its
// default; there is no way to have no limit. Every limit is checked before
// anything is allocated for what it counts.
type Limits struct {
	// MaxBytes is the length of the longest encoding.
	MaxBytes ByteCount
	// MaxMemory is how much a decoded value may take in arrays, maps and
	// pointees. It keeps a short encoding of a huge value out: a nil takes one
	// byte, and the element of a slice that it stands for may be a kilobyte.
	MaxMemory ByteCount
	// MaxElements counts the elements of all arrays and the pairs of all maps.
	MaxElements int
	// MaxDepth is how deep arrays, maps and structs may be nested.
	MaxDepth int
}

func (l Limits) withDefaults() Limits {
	return Limits{
		MaxBytes:    orDefault(l.MaxBytes, DefaultMaxBytes),
		MaxMemory:   orDefault(l.MaxMemory, DefaultMaxMemory),
		MaxElements: orDefault(l.MaxElements, DefaultMaxElements),
		MaxDepth:    orDefault(l.MaxDepth, DefaultMaxDepth),
	}
}

func orDefault[N int | ByteCount](n, otherwise N) N {
	if n <= 0 {
		return otherwise
	}
	return n
}
