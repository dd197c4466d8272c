package conn

import (
	"github.com/starlang-go/starlang/term"
)

// asked has the requests that have no answer yet.
type asked map[uint64]*Query

// Query is a request.
type Query struct {
	// Frame makes the frame of the request with a number. It returns an error that is
	// term.ErrTooLarge if a value in it is longer than limit.
	Frame func(req uint64, limit term.ByteCount) (frame []byte, err error)
	// Unasked, if set, is called with an answer for which nobody waits any more: it
	// undoes what the request has done.
	Unasked func(a Answer)

	got  chan Answer // capacity 1
	left bool        // guarded by the connection's mu; nobody waits any more
}

// Answer is the answer to a request. Value is its encoding. Err is a [*Failure] if the peer
// has answered with one.
type Answer struct {
	Value []byte
	Err   error
}

// Failure is what the peer answers in the place of a value, by a code of PROTOCOL.md.
type Failure struct {
	Code uint64
	Text string
}

// Error implements error.
func (f *Failure) Error() string { return "the node answers: " + f.Text }

func (a *asked) take() asked {
	all := *a
	*a = nil
	return all
}

func (a asked) fail(err error) {
	for _, q := range a {
		q.got <- Answer{Err: err} // has room: each gets one answer
	}
}

func (q *Query) undo(a Answer) {
	if q.Unasked != nil && a.Err == nil {
		q.Unasked(a)
	}
}

// questions are the requests of the peer whose answers take some work. A goroutine makes
// these one by one, and waits for room in the queue, while the reader goes on: so who asks
// for much and reads nothing makes the node do nothing.
type questions struct {
	queue []question
	open  int // how many are not answered
}

// question is one of them.
type question struct {
	req    uint64
	answer func() []byte
}
