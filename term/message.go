package term

import "github.com/starlang-go/starlang/term/msgp"

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
	if ByteCount(len(b)) > d.max {
		return nil, tooLong(b, d.max)
	}
	r := &d.reader
	r.b, r.pos, r.budget, r.skipped = b, 0, d.budget, nil
	v, err := r.readMessage()
	r.b = nil
	return v, err
}
