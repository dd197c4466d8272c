package term

// ByteCount is a number of bytes.
type ByteCount int64

// The limits that hold where [Limits] has a zero.
const (
	DefaultMaxBytes    ByteCount = 64 << 20
	DefaultMaxMemory   ByteCount = 4 * DefaultMaxBytes
	DefaultMaxElements           = int(DefaultMaxBytes / 4)
	DefaultMaxDepth              = 1000
)

// Limits bounds what bytes from elsewhere may cost. A zero field means its
// default; there is no way to have no limit. Every limit is checked before
// anything is allocated for what it counts.
type Limits struct {
	// MaxBytes is the length of the longest encoding, and so of what a value's
	// strings and bytes may take. Default: 64 MiB.
	MaxBytes ByteCount
	// MaxMemory is how much else a decoded value may take: arrays, maps and
	// pointees. It keeps a short encoding of a huge value out: a nil takes one
	// byte, and the element of a slice that it stands for may be a kilobyte.
	// Default: 256 MiB, or four times MaxBytes if that is more.
	MaxMemory ByteCount
	// MaxElements counts the elements of all arrays and the pairs of all maps.
	// Default: 16,777,216, or a quarter of MaxBytes if that is more.
	MaxElements int
	// MaxDepth is how deep arrays, maps and structs may be nested. Default: 1,000.
	MaxDepth int
}

func (l Limits) withDefaults() Limits {
	length := orDefault(l.MaxBytes, DefaultMaxBytes)
	return Limits{
		MaxBytes:    length,
		MaxMemory:   orDefault(l.MaxMemory, max(DefaultMaxMemory, 4*length)),
		MaxElements: orDefault(l.MaxElements, max(DefaultMaxElements, int(length/4))),
		MaxDepth:    orDefault(l.MaxDepth, DefaultMaxDepth),
	}
}

func orDefault[N int | ByteCount](n, otherwise N) N {
	if n <= 0 {
		return otherwise
	}
	return n
}
