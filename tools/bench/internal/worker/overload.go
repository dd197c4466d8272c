package worker

// The receiver of the overload workloads has room for Room messages, and Flooders send
// to it as fast as they can. It does Work for each message, so it gets several times
// more than it can handle.
const (
	Room     = 1000
	Flooders = 4
)

// Work is what the receiver does with each message: a microsecond or so.
func Work(seq int64) int64 {
	x := uint64(seq) | 1
	for range 1000 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return int64(x)
}

// WithHandled says how many of the operations had an effect, where not all have.
func (r Result) WithHandled(n int64) Result {
	r.Handled = n
	return r
}
