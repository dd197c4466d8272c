package term

import (
	"errors"

	"github.com/starlang-go/starlang/term/msgp"
)

// AppendMessage appends v together with its type: [DecodeMessage] returns a value
// of the very type of v, and equal to what [Isolate] returns for v. What is in
// interfaces inside of v travels in the same way.
//
// It returns an [*EncodeError] and dst as it was if v, or something in it, is of
// a type that cannot travel ([ErrUnsendable]), that needs a wire name and has
// none ([ErrNotRegistered]), or that is no message ([ErrRefusedMessage]).
func AppendMessage(dst []byte, v any) ([]byte, error) { return Limits{}.AppendMessage(dst, v) }

// AppendMessage is [AppendMessage] under these limits, of which MaxBytes and
// MaxDepth count.
func (l Limits) AppendMessage(dst []byte, v any) ([]byte, error) {
	if v == nil {
		return msgp.AppendNil(dst), nil
	}
	p := planOf(v)
	if err := p.refusedMessage(); err != nil {
		return dst, encodeFailed(&EncodeError{Err: err}, v)
	}
	left := l.encodeBudget(dst)
	out, err := p.appendTyped(dst, v, left)
	return left.finish(dst, out, v, err)
}

// DecodeMessage decodes what [AppendMessage] wrote. A value whose wire name is
// not registered here arrives as a [Raw], an extension of an unknown code as an
// [Ext]. It returns a [*DecodeError].
func DecodeMessage(b []byte) (any, error) { return Limits{}.DecodeMessage(b) }

// DecodeMessage is [DecodeMessage] under these limits.
func (l Limits) DecodeMessage(b []byte) (any, error) {
	r, err := open(b, l)
	if err != nil {
		return nil, err
	}
	v, err := r.readMessage()
	if err != nil {
		return nil, err
	}
	r.giveBack()
	return v, nil
}

// readMessage reads the one message that there is.
func (r *Reader) readMessage() (any, error) {
	r.message = true
	v, err := readAny(r)
	if err == nil {
		err = r.atEnd()
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

// MessageDecoder decodes one message after the other under the same limits, a little
// quicker than [Limits.DecodeMessage]. It belongs to one goroutine.
type MessageDecoder struct {
	reader Reader
	max    ByteCount
	budget decodeBudget
}

// NewMessageDecoder returns a decoder under limits l.
func NewMessageDecoder(l Limits) *MessageDecoder {
	return &MessageDecoder{max: l.withDefaults().MaxBytes, budget: l.decodeBudget()}
}

// Decode decodes what [AppendMessage] wrote, as [Limits.DecodeMessage] does.
func (d *MessageDecoder) Decode(b []byte) (any, error) {
	d.reader.careful = false
	return d.decode(b)
}

// TryDecode is [MessageDecoder.Decode] for a goroutine that nothing may hold up, nor end:
// it calls no decoding method of the program. If b needs one, TryDecode reports false and
// no error, and b is to be decoded elsewhere.
func (d *MessageDecoder) TryDecode(b []byte) (v any, ok bool, err error) {
	d.reader.careful, d.reader.met = true, false
	v, err = d.decode(b)
	if d.reader.met {
		return nil, false, nil
	}
	return v, true, err
}

func (d *MessageDecoder) decode(b []byte) (any, error) {
	if ByteCount(len(b)) > d.max {
		return nil, tooLong(b, d.max)
	}
	r := &d.reader
	r.b, r.pos, r.budget, r.skipped = b, 0, d.budget, nil
	v, err := r.readMessage()
	r.b = nil
	return v, err
}

var errProgram = errors.New("it takes a decoding method of the program")

// mayCall returns an error if r must not call p's decoding method. The types of this
// project are trusted: those of this package, and of its extension codes.
func (r *Reader) mayCall(p *plan) error {
	if !r.careful || p.ours {
		return nil
	}
	if form := p.wire.Load(); form != nil && form.ext && form.code < MinUserExt {
		return nil
	}
	r.met = true
	return r.Fail(r.pos, errProgram)
}
