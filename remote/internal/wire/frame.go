package wire

import (
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/term"
)

// Frame is a frame that was read. Which fields count follows from Kind. The slices
// are parts of the bytes that were read.
type Frame struct {
	Kind   Kind
	Held   bool
	From   uint64
	To     uint64 // 0: Name
	Ref    uint64 // also the number of a ping, a request, or a released process
	Code   uint64 // also the remaining bytes of a fragment
	Name   []byte // of a process or a function; also the text of a notice
	Reason signal.ExitReason
	Value  []byte // the value's encoding; of a raw and a fragment the bytes themselves
}

// ErrUnknownKind tells that a frame is of a kind that may not be skipped.
var ErrUnknownKind = errors.New("unknown kind of frame")

// fieldsOf has how many fields frames of each kind have, plus one; 0 stands for a
// kind that this package does not read.
var fieldsOf = [lastKind + 1]uint8{
	Message: 1 + 3, Raw: 1 + 3, Call: 1 + 4, Reply: 1 + 4, Exit: 1 + 3, LinkExit: 1 + 3,
	Link: 1 + 2, Unlink: 1 + 2, Monitor: 1 + 3, Demonitor: 1 + 3, Down: 1 + 4, UnlinkAck: 1 + 2,
	Ping: 1 + 1, Pong: 1 + 1, Fragment: 1 + 2, FragmentAbort: 1 + 0, Goodbye: 1 + 2,
	Whereis: 1 + 2, Spawn: 1 + 5, ProcessInfo: 1 + 2, NodeInfo: 1 + 1, Release: 1 + 1,
	Answer: 1 + 2, Failure: 1 + 3, Idle: 1 + 0,
}

// input is the fields of a frame that are still to be read.
type input struct {
	*term.Reader
	extra int // how many fields there are that this package does not know
}

// Parse reads the body of a frame on a connection that is up. A frame of a kind
// that is to be skipped is read as far as its kind. It returns ErrUnknownKind, a
// *term.DecodeError, or what else is wrong.
func Parse(f *Frame, body []byte) error {
	r := term.NewReader(body)
	n, err := r.ReadArrayLen()
	if err != nil {
		return err
	}
	kind, err := r.ReadUint()
	if err != nil {
		return err
	}
	*f = Frame{Kind: Kind(kind)}
	if kind > uint64(lastKind) || fieldsOf[kind] == 0 {
		if kind >= uint64(firstOptional) && kind <= uint64(lastKind) {
			return nil
		}
		return fmt.Errorf("%w: %d", ErrUnknownKind, kind)
	}
	in := input{r, n - int(fieldsOf[kind])}
	if in.extra < 0 {
		return fmt.Errorf("%v frame has %d fields, not %d", f.Kind, n-1, fieldsOf[kind]-1)
	}
	if err := f.read(&in); err != nil {
		return fmt.Errorf("%v frame: %w", f.Kind, err)
	}
	return in.end()
}

// read reads the fields. It is a switch and not a table of functions because then
// nothing of what is read has to be on the heap.
func (f *Frame) read(in *input) error {
	switch f.Kind {
	case Message:
		return readMessage(f, in)
	case Raw:
		return readRaw(f, in)
	case Call:
		return readCall(f, in)
	case Reply:
		return readReply(f, in)
	case Exit:
		return readExit(f, in)
	case LinkExit:
		return readLinkExit(f, in)
	case Link, Unlink, UnlinkAck:
		return in.fromTo(f)
	case Monitor, Demonitor:
		return readMonitor(f, in)
	case Down:
		return readDown(f, in)
	case Ping, Pong, NodeInfo, Release:
		return in.numbers(&f.Ref)
	case Fragment:
		return readFragment(f, in)
	case Goodbye:
		return readNotice(f, in)
	case Whereis:
		return readWhereis(f, in)
	case Spawn:
		return readSpawn(f, in)
	case ProcessInfo:
		return in.numbers(&f.Ref, &f.To)
	case Answer:
		return readAnswer(f, in)
	case Failure:
		return readFailure(f, in)
	default: // FragmentAbort, Idle
		return nil
	}
}

// end reads what is left: the fields that this package does not know.
func (in *input) end() error {
	for range in.extra {
		if err := in.Skip(); err != nil {
			return err
		}
	}
	if in.Len() > 0 {
		return in.Fail(in.Offset(), term.ErrTrailingBytes)
	}
	return nil
}

// value reads a value, which is the last field, without looking into it unless it
// has to be found out where it ends.
func (in *input) value() ([]byte, error) {
	if in.extra > 0 {
		return in.ReadRaw()
	}
	return in.ReadN(in.Len())
}

func (in *input) numbers(to ...*uint64) (err error) {
	for _, n := range to {
		if *n, err = in.ReadUint(); err != nil {
			return err
		}
	}
	return nil
}

// text reads a string of at most limit bytes.
func (in *input) text(limit int) ([]byte, error) {
	start := in.Offset()
	if in.Kind() != term.KindString {
		return nil, in.Fail(start, term.ErrMismatch)
	}
	b, err := in.ReadView()
	if err == nil && len(b) > limit {
		err = in.Fail(start, term.ErrTooLarge)
	}
	return b, err
}

// bytes reads bytes.
func (in *input) bytes() ([]byte, error) {
	if in.Kind() != term.KindBytes {
		return nil, in.Fail(in.Offset(), term.ErrMismatch)
	}
	return in.ReadView()
}

// maxNameBytes is the length of the longest registered name.
const maxNameBytes = registry.MaxNameBytes

// MaxFunctionBytes is the length of the longest name of a function that can be spawned.
const MaxFunctionBytes = 255

// errNoReceiver tells of a frame to process 0 or to the empty name.
var errNoReceiver = errors.New("no receiver")

// fromTo reads who sends, and the process that is to receive.
func (in *input) fromTo(f *Frame) error {
	if err := in.numbers(&f.From, &f.To); err != nil {
		return err
	}
	if f.To == 0 {
		return errNoReceiver
	}
	return nil
}

// fromToAny is fromTo where a name is possible.
func (in *input) fromToAny(f *Frame) (err error) {
	if f.From, err = in.ReadUint(); err != nil {
		return err
	}
	if in.Kind() != term.KindString {
		f.To, err = in.ReadUint()
	} else {
		f.Name, err = in.text(maxNameBytes)
	}
	if err == nil && f.To == 0 && len(f.Name) == 0 {
		err = errNoReceiver
	}
	return err
}

func (in *input) reason(f *Frame) (err error) {
	f.Reason, err = signal.ReadReason(in.Reader)
	return err
}
