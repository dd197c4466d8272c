package conn

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/term"
)

// assembly is a body that arrives in fragments.
type assembly struct {
	share     // of what has come
	body      []byte
	remaining uint64       // Invariant: 0 implies that no body is on its way
	begun     atomic.Int64 // when it began, in Unix nanoseconds, for the heartbeat; 0: no body is on its way
}

var (
	errFragmentOrder = errors.New("a fragment does not follow on the one before")
	errAbort         = errors.New("an abort of nothing")
	errBodyTooLarge  = errors.New("a message longer than the limit")
	errFragments     = errors.New("too many bytes of messages that are not complete")
	errFragmentsLate = errors.New("a message in fragments takes too long to arrive")
)

// add takes a fragment in, and returns the body once it is complete. Memory grows
// with what has come, not with what was announced.
func (a *assembly) add(f *wire.Frame, limit term.ByteCount) (body []byte, err error) {
	size := uint64(len(f.Value))
	switch {
	case a.remaining == 0 && size+f.Code > uint64(limit):
		return nil, errBodyTooLarge
	case a.remaining != 0 && a.remaining != size+f.Code:
		return nil, errFragmentOrder
	case a.remaining == 0:
		a.begun.Store(time.Now().UnixNano())
	}
	a.body = append(a.body, f.Value...)
	a.remaining = f.Code
	a.set(int64(cap(a.body)))
	switch {
	case a.exceeded():
		return nil, errFragments
	case a.remaining > 0:
		return nil, nil
	}
	body = a.body
	a.clear()
	return body, nil
}

func (a *assembly) abort() error {
	if a.remaining == 0 {
		return errAbort
	}
	a.clear()
	return nil
}

// clear forgets the body: it is complete, given up, or the connection is lost.
func (a *assembly) clear() {
	a.body, a.remaining = nil, 0
	a.begun.Store(0)
	a.set(0)
}

// isLate reports whether a body takes too long.
func (a *assembly) isLate(now time.Time, limit time.Duration) bool {
	begun := a.begun.Load()
	return begun != 0 && now.Sub(time.Unix(0, begun)) > limit
}
