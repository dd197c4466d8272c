package term

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/vmihailenco/msgpack/v5"
)

// encodeForeign encodes a value by the methods that msgpack/v5 finds.
func (p *plan) encodeForeign(dst []byte, src address, left encodeBudget) ([]byte, error) {
	start := len(dst)
	e := foreignEncoders.Get().(*foreignEncoder)
	e.buf = dst
	e.Encoder.Reset(e)
	if err := p.callEncoder(e, src); err != nil {
		return dst, &EncodeError{Err: err} // e is dropped: after a panic its state is anything
	}
	dst, e.buf = e.buf, nil
	// Safe to reuse: an encoder that a method kept writes to nowhere but a nil
	// slice until it is handed out again, and methods must not keep it.
	foreignEncoders.Put(e)
	return dst, p.checkWritten(dst, start, left, "the encoding method")
}

func (p *plan) callEncoder(e *foreignEncoder, src address) (err error) {
	defer caught(&err, p.typ, "the encoding method")
	return e.EncodeValue(src.value(p))
}

// decodeForeign decodes a value by the methods that msgpack/v5 finds, from the
// bytes of this value and no others.
func (p *plan) decodeForeign(r *Reader, dst address) error {
	if r.skipNil() {
		return nil
	}
	if err := r.mayCall(p); err != nil {
		return err
	}
	start := r.pos
	own, err := r.ReadRaw()
	if err != nil {
		return err
	}
	if err := r.claimForeign(p.foreign, own); err != nil {
		return err
	}
	return r.wrap(start, p.callDecoder(own, dst))
}

func (p *plan) callDecoder(own []byte, dst address) (err error) {
	defer caught(&err, p.typ, "the decoding method")
	from := bytes.NewReader(own)
	err = msgpack.NewDecoder(from).DecodeValue(dst.value(p))
	if err == nil && from.Len() > 0 {
		err = fmt.Errorf("%w: the decoding method of %v left some of it", ErrTrailingBytes, p.typ)
	}
	return err
}

// foreignEncoder is a msgpack/v5 encoder that appends to a slice.
type foreignEncoder struct {
	*msgpack.Encoder
	buf []byte
}

var foreignEncoders = sync.Pool{New: func() any {
	return &foreignEncoder{Encoder: msgpack.NewEncoder(nil)}
}}

// Write implements io.Writer.
func (e *foreignEncoder) Write(b []byte) (int, error) {
	e.buf = append(e.buf, b...)
	return len(b), nil
}

// WriteByte implements io.ByteWriter.
func (e *foreignEncoder) WriteByte(c byte) error {
	e.buf = append(e.buf, c)
	return nil
}
