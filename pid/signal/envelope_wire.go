package signal

import (
	"errors"
	"fmt"
	"math/bits"
	"reflect"

	"github.com/starlang-go/starlang/term"
)

// fields says which fields an envelope has besides Kind and From.
type fields uint8

const (
	hasRef fields = 1 << iota
	hasReason
	hasValue
)

var fieldsOf = [kindEnd]fields{
	Message:    hasValue,
	Raw:        hasValue,
	Call:       hasRef | hasValue,
	Reply:      hasRef | hasValue,
	ExitSignal: hasReason,
	LinkExit:   hasReason,
	Link:       0,
	Unlink:     0,
	Monitor:    hasRef,
	Demonitor:  hasRef,
	DownSignal: hasRef | hasReason,
}

// length returns how many elements the array has that is the wire form.
func (f fields) length() int { return 2 + bits.OnesCount8(uint8(f)) }

// AppendEnvelope appends the MessagePack form of e to dst: an array of Kind,
// From and those of Ref, Reason and Value, in this order, that e's kind uses; the
// other fields do not travel. A Raw's Value, which must be a []byte, is written
// as bytes, any other as by [term.AppendMessage].
//
// It returns dst as it was and a [*term.EncodeError] if the value cannot be
// sent, or if Kind is not valid. If dst has room, it allocates nothing unless the
// value's own type does to encode itself.
func AppendEnvelope(dst []byte, e Envelope) ([]byte, error) {
	return AppendEnvelopeWith(term.Limits{}, dst, e)
}

// AppendEnvelopeWith is [AppendEnvelope] with a value under the given limits.
func AppendEnvelopeWith(l term.Limits, dst []byte, e Envelope) ([]byte, error) {
	if !e.Kind.Valid() {
		return dst, encodeError(".Kind", fmt.Errorf("%w: %v", term.ErrRange, e.Kind))
	}
	f := fieldsOf[e.Kind]
	b := term.AppendArrayLen(dst, f.length())
	b = term.AppendUint(b, uint64(e.Kind))
	b, _ = e.From.AppendTerm(b) // never fails, like the two below
	if f&hasRef != 0 {
		b, _ = e.Ref.AppendTerm(b)
	}
	if f&hasReason != 0 {
		b, _ = e.Reason.AppendTerm(b)
	}
	if f&hasValue == 0 {
		return b, nil
	}
	b, err := appendValue(l, b, e)
	if err != nil {
		return dst, err
	}
	return b, nil
}

func appendValue(l term.Limits, b []byte, e Envelope) ([]byte, error) {
	if e.Kind != Raw {
		return l.AppendMessage(b, e.Value)
	}
	if _, ok := e.Value.([]byte); !ok {
		return nil, encodeError(".Value", fmt.Errorf("%w: %T in a raw message, which carries []byte", term.ErrMismatch, e.Value))
	}
	return l.AppendEncode(b, e.Value)
}

// DecodeEnvelope returns the envelope whose MessagePack form b is. It keeps no
// part of b. It returns a [*term.DecodeError] for an unknown kind, for a field too
// many or too few, for bytes behind the envelope, and for a value that cannot be
// decoded. Numbers and lengths may be wider than [AppendEnvelope] writes them.
func DecodeEnvelope(b []byte) (Envelope, error) { return DecodeEnvelopeWith(term.Limits{}, b) }

// DecodeEnvelopeWith is [DecodeEnvelope] with a value under the given limits.
func DecodeEnvelopeWith(l term.Limits, b []byte) (Envelope, error) {
	r := term.NewReader(b)
	e, err := parseHead(r)
	if err != nil {
		return Envelope{}, err
	}
	f := fieldsOf[e.Kind]
	if f&hasRef != 0 {
		if err := e.Ref.ParseTerm(r); err != nil {
			return Envelope{}, inField(err, ".Ref")
		}
	}
	if f&hasReason != 0 {
		if err := e.Reason.ParseTerm(r); err != nil {
			return Envelope{}, inField(err, ".Reason")
		}
	}
	if f&hasValue != 0 {
		e.Value, err = decodeValue(l, e.Kind, b, r)
	} else if r.Len() > 0 {
		err = inField(r.Fail(r.Offset(), term.ErrTrailingBytes), "")
	}
	if err != nil {
		return Envelope{}, err
	}
	return e, nil
}

// parseHead reads the header of the array, Kind and From.
func parseHead(r *term.Reader) (e Envelope, err error) {
	n, err := r.ReadArrayLen()
	if err != nil {
		return e, inField(err, "")
	}
	start := r.Offset()
	kind, err := r.ReadUint()
	if err != nil {
		return e, inField(err, ".Kind")
	}
	e.Kind = Kind(kind)
	if uint64(e.Kind) != kind || !e.Kind.Valid() {
		return e, inField(r.Fail(start, fmt.Errorf("%w: %d is no kind of signal", term.ErrRange, kind)), ".Kind")
	}
	if want := fieldsOf[e.Kind].length(); n != want {
		return e, inField(r.Fail(0, fmt.Errorf("%w: %d fields where a signal %v has %d", term.ErrMismatch, n, e.Kind, want)), "")
	}
	if err := e.From.ParseTerm(r); err != nil {
		return e, inField(err, ".From")
	}
	return e, nil
}

// decodeValue reads the value of an envelope of the given kind: the rest of b,
// where r stands.
func decodeValue(l term.Limits, kind Kind, b []byte, r *term.Reader) (any, error) {
	start := r.Offset()
	if kind != Raw {
		v, err := l.DecodeMessage(b[start:])
		return v, shifted(err, start)
	}
	if k := r.Kind(); k != term.KindBytes && k != term.KindNil {
		err := fmt.Errorf("%w: %v in a raw message, which carries bytes", term.ErrMismatch, k)
		return nil, inField(r.Fail(start, err), ".Value")
	}
	raw, err := term.DecodeWith[[]byte](l, b[start:])
	return raw, shifted(err, start)
}

func encodeError(path string, err error) error {
	return &term.EncodeError{Type: reflect.TypeFor[Envelope](), Path: path, Err: err}
}

// inField says in which field of an envelope the bytes are wrong.
func inField(err error, path string) error {
	if e, ok := errors.AsType[*term.DecodeError](err); ok {
		e.Type = reflect.TypeFor[Envelope]()
		e.Path = path
	}
	return err
}

// shifted makes an offset in a part of the bytes one in all of them.
func shifted(err error, start int) error {
	if e, ok := errors.AsType[*term.DecodeError](err); ok {
		e.Offset += start
	}
	return err
}
