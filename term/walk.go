package term

import (
	"encoding/binary"
)

// walker passes over values without looking at what they are, and holds them
// against the limits. It allocates nothing, and it goes no deeper into its own
// recursion than the values may be nested.
type walker struct {
	b        []byte
	pos      int // where the walk is; after an error, near what was wrong
	depth    int // how many more arrays and maps may be open at once
	elements int // how many more elements and pairs there may be
}

// values passes over n values.
func (w *walker) values(n int) error {
	for ; n > 0; n-- {
		if w.pos >= len(w.b) {
			return ErrTruncated
		}
		s := shapes[w.b[w.pos]]
		end := w.pos + 1 + int(s.head)
		if end > len(w.b) {
			return ErrTruncated
		}
		size := uint64(s.body)
		if s.length > 0 {
			size += w.length(s)
		}
		switch {
		case s.each > 0:
			if err := w.enter(end, size, uint64(s.each)); err != nil {
				return err
			}
		case s.invalid:
			return ErrInvalidByte
		case size > uint64(len(w.b)-end):
			return ErrTruncated
		default:
			w.pos = end + int(size)
		}
	}
	return nil
}

// enter passes over what is inside an array (each is 1) or a map (each is 2) of
// size elements, the first of which begins at start.
func (w *walker) enter(start int, size, each uint64) error {
	switch {
	case size*each > uint64(len(w.b)-start):
		return ErrTruncated
	case size > uint64(w.elements):
		return ErrTooMany
	case w.depth == 0:
		return ErrTooDeep
	}
	w.pos = start
	w.elements -= int(size)
	w.depth--
	err := w.values(int(size * each))
	w.depth++
	return err
}

// length reads the length that follows the first byte of a value of shape s.
func (w *walker) length(s shape) uint64 {
	switch p := w.pos + 1; s.length {
	case 1:
		return uint64(w.b[p])
	case 2:
		return uint64(binary.BigEndian.Uint16(w.b[p:]))
	default:
		return uint64(binary.BigEndian.Uint32(w.b[p:]))
	}
}

// shape is what a first byte says about how its value goes on.
type shape struct {
	head    uint8 // bytes of header after the first: a length, an extension's code
	length  uint8 // how many of these are the length
	body    uint8 // bytes or elements that follow, the length not counted
	each    uint8 // 0: body and length count bytes; else elements of each values
	invalid bool
}

// shapes has the shape for each first byte.
var shapes = func() (s [256]shape) {
	for c := range 16 {
		s[codeFixMap+c] = shape{body: uint8(c), each: 2}
		s[codeFixArray+c] = shape{body: uint8(c), each: 1}
	}
	for c := range 32 {
		s[codeFixStr+c] = shape{body: uint8(c)}
	}
	for i := range 3 {
		n := uint8(1) << i
		s[codeBin8+i] = shape{head: n, length: n}
		s[codeStr8+i] = shape{head: n, length: n}
		s[codeExt8+i] = shape{head: n + 1, length: n}
	}
	for i := range 2 {
		n := uint8(2) << i
		s[codeArray16+i] = shape{head: n, length: n, each: 1}
		s[codeMap16+i] = shape{head: n, length: n, each: 2}
		s[codeFloat32+i] = shape{body: 4 << i}
	}
	for i := range 4 {
		s[codeUint8+i] = shape{body: 1 << i}
		s[codeInt8+i] = shape{body: 1 << i}
	}
	for i := range 5 {
		s[codeFixExt1+i] = shape{head: 1, body: 1 << i}
	}
	s[codeUnused] = shape{invalid: true}
	return s
}()
