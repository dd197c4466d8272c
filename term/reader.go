package term

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/starlang-go/starlang/term/msgp"
)

// Parser is implemented by pointers to types that read their own MessagePack
// form, as [Appender] wrote it.
type Parser interface {
	// ParseTerm reads exactly one MessagePack value, which is never nil, and sets
	// the receiver. It must not keep r. A panic becomes an [ErrPanic] and costs the
	// value; runtime.Goexit, which cannot be caught, ends the goroutine that decodes.
	ParseTerm(r *Reader) error
}

// Reader reads MessagePack values one after the other. It never looks past the
// end of its bytes and never allocates for a length that is not backed by bytes.
// Every method that fails returns a [*DecodeError]; what the Reader then stands
// on is unspecified. A Reader belongs to one goroutine. The zero Reader is at
// the end of no bytes.
type Reader struct {
	b      []byte
	pos    int          // Invariant: 0 <= pos <= len(b)
	budget decodeBudget // what the limits leave to the rest

	message bool      // the value at offset 0 is a message
	careful bool      // no decoding method of the program is called; if one is needed,
	met     bool      // met is set and reading fails
	recent  *wireForm // what the type name stood for that was looked up last

	skipped []skippedKey // of all maps and structs that are open; the innermost one's are the last
}

// NewReader returns a Reader of b, which must not change while it is in use.
func NewReader(b []byte) *Reader { return &Reader{b: b, budget: Limits{}.decodeBudget()} }

// Offset returns how many bytes have been read.
func (r *Reader) Offset() int { return r.pos }

// Len returns how many bytes are left.
func (r *Reader) Len() int { return len(r.b) - r.pos }

// Kind returns the kind of the next value, [KindInvalid] if there is none.
func (r *Reader) Kind() Kind {
	if r.pos >= len(r.b) {
		return KindInvalid
	}
	return msgp.KindOf(r.b[r.pos])
}

// ReadNil reads nil.
func (r *Reader) ReadNil() error {
	_, err := r.head(KindNil)
	return err
}

// ReadBool reads a boolean.
func (r *Reader) ReadBool() (bool, error) {
	c, err := r.head(KindBool)
	return c == msgp.CodeTrue, err
}

// ReadInt reads an integer that fits an int64.
func (r *Reader) ReadInt() (int64, error) {
	if r.pos < len(r.b) {
		if c := int8(r.b[r.pos]); c >= -32 {
			r.pos++
			return int64(c), nil
		}
	}
	start := r.pos
	if rest := r.b[start:]; len(rest) > 4 && rest[0] == msgp.CodeUint32 {
		r.pos += 5
		return int64(binary.BigEndian.Uint32(rest[1:])), nil
	}
	n, negative, err := r.integer()
	if err == nil && !negative && n > math.MaxInt64 {
		err = r.Fail(start, fmt.Errorf("%w: %d does not fit int64", ErrRange, n))
	}
	return int64(n), err
}

// ReadUint reads an integer that is not negative.
func (r *Reader) ReadUint() (uint64, error) {
	start := r.pos
	n, negative, err := r.integer()
	if err == nil && negative {
		err = r.Fail(start, fmt.Errorf("%w: %d is negative", ErrRange, int64(n)))
	}
	return n, err
}

// integer reads an integer of any width: a negative one as two's complement.
func (r *Reader) integer() (n uint64, negative bool, err error) {
	c, err := r.head(KindInt)
	if err != nil {
		return 0, false, err
	}
	if int8(c) >= -32 {
		return uint64(int8(c)), int8(c) < 0, nil
	}
	width := 1 << (c & 3)
	n, err = r.uint(width)
	if c >= msgp.CodeInt8 {
		shift := 64 - 8*width
		n = uint64(int64(n<<shift) >> shift)
		negative = int64(n) < 0
	}
	return n, negative, err
}

// ReadFloat64 reads a float of 32 or 64 bits, or an integer that a float64 holds
// exactly.
func (r *Reader) ReadFloat64() (float64, error) {
	start := r.pos
	if r.Kind() == KindInt {
		n, err := r.ReadInt()
		if f := float64(n); err != nil || int64(f) == n && f < math.MaxInt64 {
			return f, err
		}
		return 0, r.Fail(start, fmt.Errorf("%w: float64 cannot hold %d exactly", ErrRange, n))
	}
	c, err := r.head(KindFloat)
	if err != nil {
		return 0, err
	}
	if c == msgp.CodeFloat32 {
		n, err := r.uint(4)
		return float64(math.Float32frombits(uint32(n))), err
	}
	n, err := r.uint(8)
	return math.Float64frombits(n), err
}

// ReadFloat32 reads a float of 32 bits, or a float or integer that a float32
// holds exactly.
func (r *Reader) ReadFloat32() (float32, error) {
	if r.pos < len(r.b) && r.b[r.pos] == msgp.CodeFloat32 {
		r.pos++
		n, err := r.uint(4) // straight to 32 bits: through float64 a signalling NaN changes
		return math.Float32frombits(uint32(n)), err
	}
	start := r.pos
	f, err := r.ReadFloat64()
	if err == nil && float64(float32(f)) != f && f == f {
		err = r.Fail(start, fmt.Errorf("%w: float32 cannot hold %v exactly", ErrRange, f))
	}
	return float32(f), err
}

// ReadString reads a string, or bytes as a string: old encoders do not tell the
// two apart.
func (r *Reader) ReadString() (string, error) {
	b, err := r.ReadView()
	return string(b), err
}

// ReadBytes reads bytes or a string into a new slice, and nil as nil.
func (r *Reader) ReadBytes() ([]byte, error) {
	if r.Kind() == KindNil {
		r.pos++
		return nil, nil
	}
	b, err := r.ReadView()
	if err != nil {
		return nil, err
	}
	return append(make([]byte, 0, len(b)), b...), nil
}

// ReadView reads bytes or a string without copying: the result is part of the
// Reader's bytes, valid as long as they are, and must not be changed.
func (r *Reader) ReadView() ([]byte, error) {
	if rest := r.b[r.pos:]; len(rest) > 0 { // the two that nearly all are, at once
		switch c := rest[0]; {
		case c&^31 == msgp.CodeFixStr:
			r.pos++
			return r.take(int(c & 31))
		case c == msgp.CodeStr8 && len(rest) > 1:
			r.pos += 2
			return r.take(int(rest[1]))
		}
	}
	if k := r.Kind(); k != KindString && k != KindBytes {
		return nil, r.mismatch(KindString)
	}
	c := r.b[r.pos]
	r.pos++
	width := 1 << (c - msgp.CodeStr8)
	if c <= msgp.CodeBin32 {
		width = 1 << (c - msgp.CodeBin8)
	}
	n, err := r.uint(width)
	if err != nil {
		return nil, err
	}
	return r.take(int(n))
}

// ReadArrayLen reads the header of an array and returns how many values follow,
// each of which takes at least one of the bytes that are left.
func (r *Reader) ReadArrayLen() (int, error) {
	return r.containerLen(KindArray, msgp.CodeFixArray, msgp.CodeArray16, 1)
}

// ExpectArray reads the header of an array that must have n elements.
func (r *Reader) ExpectArray(n int) error {
	start := r.pos
	got, err := r.ReadArrayLen()
	if err == nil && got != n {
		err = r.Fail(start, fmt.Errorf("%w: an array of %d where one of %d is asked for", ErrMismatch, got, n))
	}
	return err
}

// ReadMapLen reads the header of a map and returns how many pairs of key and
// value follow, each of which takes at least two of the bytes that are left.
func (r *Reader) ReadMapLen() (int, error) {
	return r.containerLen(KindMap, msgp.CodeFixMap, msgp.CodeMap16, 2)
}

// containerLen reads the header of a container of the given kind, whose first
// byte is fix to fix+15, or wide or wide+1, and each of whose elements takes at
// least size bytes.
func (r *Reader) containerLen(kind Kind, fix, wide byte, size int) (int, error) {
	start := r.pos
	if start < len(r.b) && r.b[start]&^15 == fix {
		r.pos++
		return r.length(start, uint64(r.b[start]&15), size)
	}
	c, err := r.head(kind)
	if err != nil {
		return 0, err
	}
	n, err := r.uint(2 << (c - wide))
	if err != nil {
		return 0, err
	}
	return r.length(start, n, size)
}

// length checks that there can be n more things of at least size bytes each.
func (r *Reader) length(start int, n uint64, size int) (int, error) {
	if n*uint64(size) > uint64(r.Len()) { // n has 32 bits at most
		return 0, r.Fail(start, ErrTruncated)
	}
	return int(n), nil
}

// ReadExtHeader reads the header of an extension and returns its code and how
// many bytes of content follow. They are there; read them with the other
// methods, as the values that they may consist of, or with [Reader.ReadN].
func (r *Reader) ReadExtHeader() (code int8, n int, err error) {
	start := r.pos
	c, err := r.head(KindExt)
	if err != nil {
		return 0, 0, err
	}
	size := uint64(1) << (c - msgp.CodeFixExt1)
	if c <= msgp.CodeExt32 {
		if size, err = r.uint(1 << (c - msgp.CodeExt8)); err != nil {
			return 0, 0, err
		}
	}
	b, err := r.take(1)
	if err != nil {
		return 0, 0, err
	}
	n, err = r.length(start, size, 1)
	return int8(b[0]), n, err
}

// ExpectExt reads the header of an extension that must have the given code and
// returns how many bytes of content follow.
func (r *Reader) ExpectExt(code int8) (int, error) {
	start := r.pos
	got, n, err := r.ReadExtHeader()
	if err == nil && got != code {
		err = r.Fail(start, fmt.Errorf("%w: extension %d where extension %d is asked for", ErrMismatch, got, code))
	}
	return n, err
}

// ReadN returns the next n bytes, without copying as [Reader.ReadView] does.
func (r *Reader) ReadN(n int) ([]byte, error) { return r.take(n) }

// ReadTime reads MessagePack's timestamp, as a time in UTC.
func (r *Reader) ReadTime() (time.Time, error) {
	start := r.pos
	n, err := r.ExpectExt(ExtTime)
	if err != nil {
		return time.Time{}, err
	}
	b, err := r.take(n)
	if err != nil {
		return time.Time{}, err
	}
	var sec int64
	var nsec uint32
	switch n {
	case 4:
		sec = int64(binary.BigEndian.Uint32(b))
	case 8:
		both := binary.BigEndian.Uint64(b)
		sec, nsec = int64(both&(1<<34-1)), uint32(both>>34)
	case 12:
		sec, nsec = int64(binary.BigEndian.Uint64(b[4:])), binary.BigEndian.Uint32(b)
	default:
		return time.Time{}, r.Fail(start, fmt.Errorf("%w: a timestamp of %d bytes", ErrMismatch, n))
	}
	if nsec > 999_999_999 {
		return time.Time{}, r.Fail(start, fmt.Errorf("%w: %d nanoseconds in a second", ErrRange, nsec))
	}
	return time.Unix(sec, int64(nsec)).UTC(), nil
}

// ReadInto decodes the next value into *dst as [DecodeInto] does: for a Parser
// whose form has parts of other types.
func (r *Reader) ReadInto(dst any) error {
	p, a, err := destination(dst)
	if err != nil {
		return err
	}
	a.value(p).SetZero()
	return p.decode(r, a)
}

// ReadRaw returns the bytes of the next value, whatever it is, without copying
// as [Reader.ReadView] does.
func (r *Reader) ReadRaw() ([]byte, error) {
	start := r.pos
	if err := r.Skip(); err != nil {
		return nil, err
	}
	return r.b[start:r.pos:r.pos], nil
}

// Skip reads the next value, whatever it is, and drops it. The limits hold for
// it too, and no map in it may have a key twice.
func (r *Reader) Skip() error {
	start := r.pos
	maps, err := r.pass()
	if err == nil && maps {
		r.pos = start
		_, err = r.digest()
	}
	return err
}

// pass is Skip without looking at the keys of maps. It reports whether there are
// maps that may have one twice.
func (r *Reader) pass() (maps bool, err error) {
	w := msgp.Walker{B: r.b, Pos: r.pos, Depth: r.budget.depth, Elements: r.budget.elements}
	if err := w.Value(); err != nil {
		return false, r.Fail(w.Pos, err)
	}
	r.pos, r.budget.elements = w.Pos, w.Elements
	return w.Maps, nil
}

// Fail returns a [*DecodeError] that says err about the value that begins at
// offset: for a Parser that does not like what it has read.
func (r *Reader) Fail(offset int, err error) error {
	return &DecodeError{Offset: offset, Err: err}
}

// head reads the first byte of a value that must be of kind want.
func (r *Reader) head(want Kind) (byte, error) {
	if r.pos < len(r.b) {
		if c := r.b[r.pos]; msgp.KindOf(c) == want {
			r.pos++
			return c, nil
		}
	}
	return 0, r.mismatch(want)
}

func (r *Reader) mismatch(want Kind) error {
	if r.pos >= len(r.b) {
		return r.Fail(r.pos, ErrTruncated)
	}
	if r.Kind() == KindInvalid {
		return r.Fail(r.pos, ErrInvalidByte)
	}
	return r.Fail(r.pos, fmt.Errorf("%w: %v where %v is asked for", ErrMismatch, r.Kind(), want))
}

// take returns the next n bytes.
func (r *Reader) take(n int) ([]byte, error) {
	if n < 0 || n > len(r.b)-r.pos {
		return nil, r.Fail(r.pos, ErrTruncated)
	}
	b := r.b[r.pos : r.pos+n : r.pos+n]
	r.pos += n
	return b, nil
}

// uint reads a big-endian number of 1, 2, 4 or 8 bytes.
func (r *Reader) uint(width int) (uint64, error) {
	b, err := r.take(width)
	if err != nil {
		return 0, err
	}
	switch width {
	case 1:
		return uint64(b[0]), nil
	case 2:
		return uint64(binary.BigEndian.Uint16(b)), nil
	case 4:
		return uint64(binary.BigEndian.Uint32(b)), nil
	default:
		return binary.BigEndian.Uint64(b), nil
	}
}
