package term

import (
	"errors"
	"fmt"
	"reflect"
	"sync"

	"github.com/starlang-go/starlang/term/msgp"
)

// Encode returns the MessagePack encoding of v. The type of v is not part of it,
// whoever decodes must know it; what is in v's interfaces travels with its type.
// See [AppendMessage] for values that arrive as what they were. It returns an
// [*EncodeError].
func Encode(v any) ([]byte, error) { return AppendEncode(nil, v) }

// MustEncode is [Encode] for values that are known to be encodable, such as
// those of a type that [Register] accepted and without interfaces: it panics with
// the error.
func MustEncode(v any) []byte {
	b, err := Encode(v)
	if err != nil {
		panic(err)
	}
	return b
}

// AppendEncode appends what [Encode] returns to dst. On an error it returns dst
// as it was.
func AppendEncode(dst []byte, v any) ([]byte, error) { return Limits{}.AppendEncode(dst, v) }

// AppendEncode is [AppendEncode] under these limits, of which MaxBytes and
// MaxDepth count.
func (l Limits) AppendEncode(dst []byte, v any) ([]byte, error) {
	if v == nil {
		return msgp.AppendNil(dst), nil
	}
	left := l.encodeBudget(dst)
	out, err := planOf(v).encodeHeld(dst, v, left)
	return left.finish(dst, out, v, err)
}

// encodeHeld encodes v, of p's type.
func (p *plan) encodeHeld(dst []byte, v any, left encodeBudget) ([]byte, error) {
	switch {
	case p.elem != nil && p.noWire == nil:
		to := heldPointee(v)
		if to.isNil() {
			return msgp.AppendNil(dst), nil
		}
		return p.elem.encode(dst, to, left)
	case p.coding == termCoding:
		if a, ok := v.(Appender); ok { // else its pointer is one
			return p.encodeBy(a, dst, left)
		}
	}
	return p.encode(dst, held(v, p.direct), left)
}

// Decode decodes b as a T, which may be any for the Go type that the bytes tell
// of themselves: nil, bool, int (uint64 above its range), float32, float64,
// string, []byte, []any, map[string]any (map[any]any if a key is no string),
// time.Time, [Atom], registered types, [Raw] and [Ext]. It returns a
// [*DecodeError]. The result shares no memory with b.
func Decode[T any](b []byte) (T, error) { return DecodeWith[T](Limits{}, b) }

// DecodeWith is [Decode] under the given limits.
func DecodeWith[T any](l Limits, b []byte) (T, error) {
	var v T
	err := l.DecodeInto(b, &v)
	return v, err
}

// DecodeInto decodes b into *dst, which must be a pointer that is not nil. All of
// the old value is replaced: what b does not mention is zero afterwards, and all
// is after an error, a [*DecodeError].
func DecodeInto(b []byte, dst any) error { return Limits{}.DecodeInto(b, dst) }

// DecodeInto is [DecodeInto] under these limits.
func (l Limits) DecodeInto(b []byte, dst any) error {
	p, a, err := destination(dst)
	if err != nil {
		return err
	}
	a.value(p).SetZero()
	r, err := open(b, l)
	if err != nil {
		return decodeFailed(err, p.typ)
	}
	if err = p.decode(r, a); err == nil {
		err = r.finish()
	}
	if err != nil {
		a.value(p).SetZero()
		return decodeFailed(err, p.typ)
	}
	return nil
}

var errNoDestination = errors.New("the destination must be a pointer that is not nil")

// destination returns where dst points to, and the plan of what is there.
func destination(dst any) (*plan, address, error) {
	if dst != nil {
		if p := planOf(dst).elem; p != nil && !heldPointee(dst).isNil() {
			return p, heldPointee(dst), nil
		}
	}
	return nil, address{}, &DecodeError{Type: reflect.TypeOf(dst), Err: errNoDestination}
}

// readers holds the Readers of finished decodings.
var readers = sync.Pool{New: func() any { return new(Reader) }}

// open returns a Reader of b, which must be one value within l.
func open(b []byte, l Limits) (*Reader, error) {
	l = l.withDefaults()
	if ByteCount(len(b)) > l.MaxBytes {
		return nil, tooLong(b, l.MaxBytes)
	}
	r := readers.Get().(*Reader)
	r.b, r.pos, r.budget = b, 0, l.decodeBudget()
	return r, nil
}

func tooLong(b []byte, limit ByteCount) error {
	return &DecodeError{Err: fmt.Errorf("%w: %d bytes, the limit is %d", ErrTooLarge, len(b), limit)}
}

// finish reports whether the value that was read is all that there is, and gives
// r back.
func (r *Reader) finish() error {
	if err := r.atEnd(); err != nil {
		return err
	}
	r.giveBack()
	return nil
}

// atEnd reports whether the value that was read is all that there is.
func (r *Reader) atEnd() error {
	if r.Len() > 0 {
		return r.Fail(r.pos, ErrTrailingBytes)
	}
	return nil
}

// giveBack gives r back. Only a Parser of the program could still hold it, which it
// must not; if it does it reads nothing, or disturbs a later decoding, but never
// leaves the bytes of one.
func (r *Reader) giveBack() {
	r.b, r.pos, r.message, r.skipped = nil, 0, false, nil
	readers.Put(r)
}

// decodeFailed adds to err the type that was asked for.
func decodeFailed(err error, t reflect.Type) error {
	if e, ok := err.(*DecodeError); ok {
		e.Type = t
	}
	return err
}
