package wire

import (
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/pid/signal/frame"
)

// Frame is a frame that was read and carries no signal. Which fields count follows from
// Kind. The slices are parts of the bytes that were read.
type Frame struct {
	Kind  Kind
	Held  bool
	From  uint64
	To    uint64
	Ref   uint64 // the number of a ping, a request, or a released process
	Code  uint64 // also the remaining bytes of a fragment
	Name  []byte // of a process or a function; also the text of a notice
	Value []byte // the value's encoding; of a fragment the piece
}

// ErrUnknownKind tells that a frame is of a kind that may not be skipped.
var ErrUnknownKind = errors.New("unknown kind of frame")

// fieldsOf has how many fields frames of each kind have, plus one; 0 stands for a
// kind that this package does not read.
var fieldsOf = [lastKind + 1]uint8{
	Ping: 1 + 1, Pong: 1 + 1, Fragment: 1 + 2, FragmentAbort: 1 + 0, Goodbye: 1 + 2,
	Whereis: 1 + 2, Spawn: 1 + 5, ProcessInfo: 1 + 2, NodeInfo: 1 + 1, Release: 1 + 1,
	Answer: 1 + 2, Failure: 1 + 3, Idle: 1 + 0,
}

// Read reads the fields of a frame that was opened and carries no signal. One of a kind
// that is to be skipped is read as far as its kind. It returns ErrUnknownKind, a
// *term.DecodeError, or what else is wrong.
func (f *Frame) Read(in *frame.Fields) error {
	kind := in.Of
	*f = Frame{Kind: Kind(min(kind, uint64(lastKind)))}
	if kind > uint64(lastKind) || fieldsOf[kind] == 0 {
		if kind >= uint64(firstOptional) && kind <= uint64(lastKind) {
			return nil
		}
		return fmt.Errorf("%w: %d", ErrUnknownKind, kind)
	}
	err := in.Expect(int(fieldsOf[kind]) - 1)
	if err == nil {
		err = f.read(in)
	}
	if err == nil {
		err = in.End()
	}
	if err != nil {
		return fmt.Errorf("%v frame: %w", f.Kind, err)
	}
	return nil
}

// read reads the fields. It is a switch and not a table of functions because then
// nothing of what is read has to be on the heap.
func (f *Frame) read(in *frame.Fields) error {
	switch f.Kind {
	case Ping, Pong, NodeInfo, Release:
		return in.Uints(&f.Ref)
	case Fragment:
		return readFragment(f, in)
	case Goodbye:
		return readNotice(f, in)
	case Whereis:
		return readWhereis(f, in)
	case Spawn:
		return readSpawn(f, in)
	case ProcessInfo:
		return in.Uints(&f.Ref, &f.To)
	case Answer:
		return readAnswer(f, in)
	case Failure:
		return readFailure(f, in)
	default: // FragmentAbort, Idle
		return nil
	}
}

// MaxFunctionBytes is the length of the longest name of a function that can be spawned.
const MaxFunctionBytes = 255
