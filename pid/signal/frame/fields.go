package frame

import (
	"encoding/binary"
	"fmt"

	"github.com/starlang-go/starlang/term"
)

// Cut returns the body of the frame at the beginning of b, and how long the frame is: 0 if
// b does not hold all of it. It returns an error as soon as the length is known to be 0 or
// greater than limit.
func Cut(b []byte, limit int) (body []byte, size int, err error) {
	if len(b) < LengthBytes {
		return nil, 0, nil
	}
	length := binary.BigEndian.Uint32(b)
	if length == 0 || uint64(length) > uint64(limit) {
		return nil, 0, fmt.Errorf("frame of %d bytes", length)
	}
	size = LengthBytes + int(length)
	if size > len(b) {
		return nil, 0, nil
	}
	return b[LengthBytes:size], size, nil
}

// Fields reads a frame's body: Open, Expect, the fields one after the other, End. What is
// read are parts of the body.
type Fields struct {
	term.Reader
	Of uint64 // the kind of the frame

	extra int // how many fields there are; after Expect: beyond those that are expected
}

// Open begins to read a body, and sets Of.
func (f *Fields) Open(body []byte) error {
	*f = Fields{Reader: *term.NewReader(body)}
	n, err := f.ReadArrayLen()
	if err != nil {
		return err
	}
	f.extra = n - 1
	f.Of, err = f.ReadUint()
	return err
}

// Expect says how many fields the caller will read. It returns an error if there are fewer.
func (f *Fields) Expect(n int) error {
	if f.extra < n {
		return fmt.Errorf("%d fields, not %d", f.extra, n)
	}
	f.extra -= n
	return nil
}

// Optional reports whether there is one more field than was expected, which the caller then
// reads.
func (f *Fields) Optional() bool {
	if f.extra == 0 {
		return false
	}
	f.extra--
	return true
}

// End skips the fields that were not expected, and returns an error if bytes follow.
func (f *Fields) End() error {
	for range f.extra {
		if err := f.Skip(); err != nil {
			return err
		}
	}
	if f.Len() > 0 {
		return f.Fail(f.Offset(), term.ErrTrailingBytes)
	}
	return nil
}

// Value reads a value, which is the last field, without looking into it unless it has to
// be found out where it ends. A value has a byte at least: without one the body ends early.
func (f *Fields) Value() ([]byte, error) {
	if f.extra > 0 {
		return f.ReadRaw()
	}
	return f.ReadN(max(1, f.Len()))
}

// Uints reads numbers.
func (f *Fields) Uints(to ...*uint64) (err error) {
	for _, n := range to {
		if *n, err = f.ReadUint(); err != nil {
			return err
		}
	}
	return nil
}

// Text reads a string of at most limit bytes.
func (f *Fields) Text(limit int) ([]byte, error) {
	start := f.Offset()
	if f.Kind() != term.KindString {
		return nil, f.Fail(start, term.ErrMismatch)
	}
	b, err := f.ReadView()
	if err == nil && len(b) > limit {
		err = f.Fail(start, term.ErrTooLarge)
	}
	return b, err
}

// Bytes reads bytes.
func (f *Fields) Bytes() ([]byte, error) {
	if f.Kind() != term.KindBytes {
		return nil, f.Fail(f.Offset(), term.ErrMismatch)
	}
	return f.ReadView()
}
