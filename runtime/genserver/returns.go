package genserver

// Returns makes a struct that embeds it a request whose reply is an R. It has no size
// and is not on the wire:
//
//	type Add struct {
//		genserver.Returns[int]
//		By int
//	}
type Returns[R any] struct{}

func (Returns[R]) returns(R) {}

// Request is a request whose reply is an R: a struct that embeds [Returns].
type Request[R any] interface{ returns(R) }
