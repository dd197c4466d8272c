package msgp

import (
	"encoding/binary"
	"math"
)

// ReadNil reads nil.
func ReadNil(b []byte) (rest []byte, err error) {
	_, rest, err = first(b, KindNil)
	return rest, err
}

// ReadBool reads a boolean.
func ReadBool(b []byte) (v bool, rest []byte, err error) {
	c, rest, err := first(b, KindBool)
	return c == CodeTrue, rest, err
}

// ReadUint reads an integer, of any width, that is not negative.
func ReadUint(b []byte) (n uint64, rest []byte, err error) {
	if len(b) > 0 { // the forms that writers choose, at once
		switch c := b[0]; {
		case c <= math.MaxInt8:
			return uint64(c), b[1:], nil
		case c == CodeUint8 && len(b) > 1:
			return uint64(b[1]), b[2:], nil
		case c == CodeUint16 && len(b) > 2:
			return uint64(binary.BigEndian.Uint16(b[1:])), b[3:], nil
		case c == CodeUint32 && len(b) > 4:
			return uint64(binary.BigEndian.Uint32(b[1:])), b[5:], nil
		}
	}
	n, negative, rest, err := integer(b)
	if err == nil && negative {
		err = ErrRange
	}
	return n, rest, err
}

// ReadInt reads an integer, of any width, that fits an int64.
func ReadInt(b []byte) (n int64, rest []byte, err error) {
	u, negative, rest, err := integer(b)
	if err == nil && !negative && u > math.MaxInt64 {
		err = ErrRange
	}
	return int64(u), rest, err
}

// ReadFloat64 reads a float of 32 or 64 bits.
func ReadFloat64(b []byte) (v float64, rest []byte, err error) {
	c, rest, err := first(b, KindFloat)
	switch {
	case err != nil:
		return 0, nil, err
	case c == CodeFloat32:
		n, rest, err := number(rest, 4)
		return float64(math.Float32frombits(uint32(n))), rest, err
	}
	n, rest, err := number(rest, 8)
	return math.Float64frombits(n), rest, err
}

// ReadView reads a string or bytes. The result is part of b.
func ReadView(b []byte) (v, rest []byte, err error) {
	if len(b) == 0 {
		return nil, nil, ErrTruncated
	}
	if k := KindOf(b[0]); k != KindString && k != KindBytes {
		return nil, nil, unlike(b[0])
	}
	n, rest, err := length(b)
	if err != nil {
		return nil, nil, err
	}
	return rest[:n:n], rest[n:], nil
}

// ReadArrayLen reads the header of an array and returns how many values follow, each
// of which has at least one of the bytes that are left.
func ReadArrayLen(b []byte) (n int, rest []byte, err error) { return container(b, KindArray) }

// ReadMapLen reads the header of a map and returns how many pairs of key and value
// follow, each of which has at least two of the bytes that are left.
func ReadMapLen(b []byte) (n int, rest []byte, err error) { return container(b, KindMap) }

// ReadExt reads an extension. The content is part of b.
func ReadExt(b []byte) (code int8, content, rest []byte, err error) {
	if _, _, err := first(b, KindExt); err != nil {
		return 0, nil, nil, err
	}
	n, rest, err := length(b)
	if err != nil {
		return 0, nil, nil, err
	}
	return int8(b[int(ShapeOf(b[0]).Head)]), rest[:n:n], rest[n:], nil
}

// first reads the first byte of a value that must be of the given kind.
func first(b []byte, want Kind) (c byte, rest []byte, err error) {
	switch {
	case len(b) == 0:
		return 0, nil, ErrTruncated
	case KindOf(b[0]) != want:
		return 0, nil, unlike(b[0])
	}
	return b[0], b[1:], nil
}

// unlike says what is wrong with a first byte that is not of the kind asked for.
func unlike(c byte) error {
	if KindOf(c) == KindInvalid {
		return ErrInvalidByte
	}
	return ErrMismatch
}

// integer reads an integer: a negative one as two's complement.
func integer(b []byte) (n uint64, negative bool, rest []byte, err error) {
	c, rest, err := first(b, KindInt)
	if err != nil {
		return 0, false, nil, err
	}
	if int8(c) >= -32 {
		return uint64(int8(c)), int8(c) < 0, rest, nil
	}
	width := 1 << (c & 3)
	n, rest, err = number(rest, width)
	if c >= CodeInt8 {
		shift := 64 - 8*width
		n = uint64(int64(n<<shift) >> shift)
		negative = int64(n) < 0
	}
	return n, negative, rest, err
}

// number reads a big-endian number of 1, 2, 4 or 8 bytes.
func number(b []byte, width int) (n uint64, rest []byte, err error) {
	if len(b) < width {
		return 0, nil, ErrTruncated
	}
	switch width {
	case 1:
		n = uint64(b[0])
	case 2:
		n = uint64(binary.BigEndian.Uint16(b))
	case 4:
		n = uint64(binary.BigEndian.Uint32(b))
	default:
		n = binary.BigEndian.Uint64(b)
	}
	return n, b[width:], nil
}

// container reads the header of an array or a map.
func container(b []byte, kind Kind) (n int, rest []byte, err error) {
	if _, _, err := first(b, kind); err != nil {
		return 0, nil, err
	}
	return length(b)
}

// length reads a header and returns the length in it, for which there are bytes, and
// what follows the header.
func length(b []byte) (n int, rest []byte, err error) {
	s := ShapeOf(b[0])
	head := 1 + int(s.Head)
	if len(b) < head {
		return 0, nil, ErrTruncated
	}
	size := s.Size(b)
	if size*uint64(max(s.Each, 1)) > uint64(len(b)-head) { // size has 32 bits at most
		return 0, nil, ErrTruncated
	}
	return int(size), b[head:], nil
}
