package signal

import (
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/term"
)

// Frame is a signal as it travels between two nodes. Processes and references are numbers:
// the connection implies the nodes. Which fields count follows from Kind, as in an
// [Envelope].
type Frame struct {
	Kind   Kind
	From   uint64     // a process of the sending node; 0: none
	To     uint64     // a process of the receiving node; 0: Name
	Name   string     // a registered name of the receiving node
	Ref    uint64     // of the sending node; in a reply and a down of the receiving one
	Reason ExitReason // of an exit, a link-exit, a down
	Value  []byte     // the encoding of a message, call or reply, as by term.AppendMessage; of a raw the bytes themselves
}

// firstFrame plus a Kind is the number by which a frame says that it carries that signal.
const firstFrame = 16

// OnWire returns the number that k has in a frame.
func (k Kind) OnWire() uint8 { return firstFrame + uint8(k) }

// KindOnWire returns the kind that has a number in a frame, false if the frame is none of
// a signal.
func KindOnWire(n uint64) (Kind, bool) {
	k := Kind(n - firstFrame)
	return k, n > firstFrame && n < firstFrame+uint64(kindEnd)
}

// wireForms has what the frame of each kind has besides from and to. A zero form is that
// of no kind.
var wireForms = [kindEnd]struct {
	fields               int
	toName               bool // to may be a name
	ref, reason, payload bool
}{
	Message:    {fields: 3, toName: true, payload: true},
	Raw:        {fields: 3, toName: true, payload: true},
	Call:       {fields: 4, toName: true, ref: true, payload: true},
	Reply:      {fields: 4, ref: true, payload: true},
	ExitSignal: {fields: 3, toName: true, reason: true},
	LinkExit:   {fields: 3, reason: true},
	Link:       {fields: 2},
	Unlink:     {fields: 2},
	Monitor:    {fields: 3, toName: true, ref: true},
	Demonitor:  {fields: 3, toName: true, ref: true},
	DownSignal: {fields: 4, ref: true, reason: true},
	UnlinkAck:  {fields: 2},
}

// FrameOf returns the frame of a signal, without its value. env.From is a process of the
// sending node, and to is on the receiving one.
func FrameOf(to *pid.Address, env *Envelope) Frame {
	f := Frame{Kind: env.Kind, From: env.From.ID(), To: to.PID.ID(), Name: to.Name.Name, Reason: env.Reason}
	if env.Kind == Call || env.Kind == Reply {
		f.Ref = env.ReplyTo.Ref().Raw()
	} else {
		f.Ref = env.Ref.Raw()
	}
	return f
}

// Signal is the inverse of [FrameOf]: it returns the signal that f carries from one node to
// another. Its value is still f.Value's, to be decoded.
func (f *Frame) Signal(from, to pid.NodeID) (pid.Address, Envelope) {
	env := Envelope{Kind: f.Kind, Reason: f.Reason}
	if f.From != 0 {
		env.From = pid.New(from, f.From)
	}
	switch f.Kind {
	case Call:
		env.Ref = pid.NewRef(from, f.Ref)
		env.ReplyTo = ReplyToRef(env.Ref)
	case Reply:
		env.ReplyTo = ReplyToRef(pid.NewRef(to, f.Ref))
	case Monitor, Demonitor:
		env.Ref = pid.NewRef(from, f.Ref)
	case DownSignal:
		env.Ref = pid.NewRef(to, f.Ref)
	}
	if f.To == 0 {
		return pid.Address{Name: pid.Name{Name: f.Name}}, env
	}
	return pid.Address{PID: pid.New(to, f.To)}, env
}

// AppendHead appends the frame up to its value: that of a raw is then appended by
// [term.AppendBytes], all others by [term.AppendMessage], and [frame.End] ends the frame.
func (f *Frame) AppendHead(dst []byte) []byte {
	form := &wireForms[f.Kind]
	dst = term.AppendUint(frame.Begin(dst, f.Kind.OnWire(), form.fields), f.From)
	if f.To == 0 {
		dst = term.AppendString(dst, f.Name)
	} else {
		dst = term.AppendUint(dst, f.To)
	}
	if form.ref {
		dst = term.AppendUint(dst, f.Ref)
	}
	return dst
}

// Append appends the whole frame.
func (f *Frame) Append(dst []byte) []byte {
	start := len(dst)
	dst = f.AppendHead(dst)
	switch form := &wireForms[f.Kind]; {
	case form.reason:
		dst = AppendReason(dst, f.Reason)
	case f.Kind == Raw:
		dst = term.AppendBytes(dst, f.Value)
	case form.payload:
		dst = append(dst, f.Value...)
	}
	return frame.End(dst, start)
}

// errNoReceiver tells of a frame to process 0 or to the empty name.
var errNoReceiver = errors.New("no receiver")

// Read reads the fields of a frame that was opened and is of the given kind. Value is a
// part of its body.
func (f *Frame) Read(kind Kind, in *frame.Fields) error {
	*f = Frame{Kind: kind}
	err := in.Expect(wireForms[kind].fields)
	if err == nil {
		err = f.read(in)
	}
	if err == nil {
		err = in.End()
	}
	if err != nil {
		return fmt.Errorf("%v frame: %w", kind, err)
	}
	return nil
}

func (f *Frame) read(in *frame.Fields) (err error) {
	form := &wireForms[f.Kind]
	if err = f.readReceiver(in, form.toName); err != nil {
		return err
	}
	if form.ref {
		if f.Ref, err = in.ReadUint(); err != nil {
			return err
		}
	}
	switch {
	case form.reason:
		f.Reason, err = ReadReason(&in.Reader)
	case f.Kind == Raw:
		f.Value, err = in.Bytes()
	case form.payload:
		f.Value, err = in.Value()
	}
	return err
}

// readReceiver reads from and to.
func (f *Frame) readReceiver(in *frame.Fields, toName bool) (err error) {
	if f.From, err = in.ReadUint(); err != nil {
		return err
	}
	if toName && in.Kind() == term.KindString {
		var name []byte
		name, err = in.Text(pid.MaxNameBytes)
		f.Name = string(name)
	} else {
		f.To, err = in.ReadUint()
	}
	if err == nil && f.To == 0 && f.Name == "" {
		err = errNoReceiver
	}
	return err
}
