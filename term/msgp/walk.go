package msgp

import "encoding/binary"

// Walker passes over values without looking at what they are, and holds them
// against the limits. It allocates nothing, and its recursion goes no deeper than
// the values may be nested.
type Walker struct {
	B        []byte
	Pos      int  // where the next value begins; after an error, where the wrong one does
	Depth    int  // how many more arrays and maps may be open at once
	Elements int  // how many more elements and pairs there may be
	Maps     bool // there were maps that may have a key twice
}

// Value passes over one value. Its errors are [ErrTruncated], [ErrInvalidByte],
// [ErrTooMany] and [ErrTooDeep].
func (w *Walker) Value() error {
	start := *w
	err := w.flat()
	if err == ErrTooDeep { // maybe: flat cannot tell nested from many
		*w = start
		err = w.values(1)
	}
	return err
}

// flat passes over one value and takes all arrays and maps in it for nested. That
// is right for most values: they have fewer containers than may be nested, and
// it spares the recursion.
func (w *Walker) flat() error {
	depth := w.Depth
	for n := 1; n > 0; n-- {
		if w.fixed() {
			continue
		}
		inside, err := w.enter()
		if err != nil {
			return err
		}
		n += inside
		if n-1 > len(w.B)-w.Pos {
			return ErrTruncated
		}
	}
	w.Depth = depth
	return nil
}

// values passes over n values.
func (w *Walker) values(n int) error {
	for ; n > 0; n-- {
		if w.fixed() {
			continue
		}
		depth := w.Depth
		inside, err := w.enter()
		if err != nil {
			return err
		}
		if err := w.values(inside); err != nil {
			return err
		}
		w.Depth = depth
	}
	return nil
}

// fixed passes over a value whose first byte tells its size, if that comes next.
func (w *Walker) fixed() bool {
	if w.Pos >= len(w.B) {
		return false
	}
	size := int(fixedSize[w.B[w.Pos]])
	if size == 0 || size > len(w.B)-w.Pos {
		return false
	}
	w.Pos += size
	return true
}

// enter passes over a value but for what is inside of it, if it is an array or a
// map: how many values follow there. These take one of what may be nested.
func (w *Walker) enter() (inside int, err error) {
	rest := w.B[w.Pos:]
	if len(rest) == 0 {
		return 0, ErrTruncated
	}
	s := shapes[rest[0]]
	head := 1 + int(s.Head)
	if len(rest) < head {
		return 0, ErrTruncated
	}
	size, left := s.Size(rest), uint64(len(rest)-head)
	switch {
	case s.Each == 0 && s.invalid:
		return 0, ErrInvalidByte
	case s.Each == 0 && size > left:
		return 0, ErrTruncated
	case s.Each == 0:
		w.Pos += head + int(size)
		return 0, nil
	case size*uint64(s.Each) > left:
		return 0, ErrTruncated
	case size > uint64(w.Elements):
		return 0, ErrTooMany
	case w.Depth <= 0:
		return 0, ErrTooDeep
	}
	w.Pos += head
	w.Elements -= int(size)
	w.Depth--
	w.Maps = w.Maps || s.Each == 2 && size > 1
	return int(size) * int(s.Each), nil
}

// Shape is how a value goes on after its first byte.
type Shape struct {
	Head    uint8 // bytes of header: a length, an extension's code
	wide    uint8 // how many of these are the length; 0: it is in body
	body    uint8
	Each    uint8 // 0: the length counts bytes; else elements of each values
	invalid bool
}

// ShapeOf returns the shape of the value whose first byte is c.
func ShapeOf(c byte) Shape { return shapes[c] }

// Size returns the length of the value that value begins with.
func (s Shape) Size(value []byte) uint64 {
	switch s.wide {
	case 0:
		return uint64(s.body)
	case 1:
		return uint64(value[1])
	case 2:
		return uint64(binary.BigEndian.Uint16(value[1:]))
	default:
		return uint64(binary.BigEndian.Uint32(value[1:]))
	}
}

// shapes has the shape for each first byte.
var shapes = func() (s [256]Shape) {
	for n := range uint8(16) {
		s[CodeFixMap+n] = Shape{body: n, Each: 2}
		s[CodeFixArray+n] = Shape{body: n, Each: 1}
	}
	for n := range uint8(32) {
		s[CodeFixStr+n] = Shape{body: n}
	}
	for i := range 3 {
		wide := uint8(1) << i
		s[CodeBin8+i] = Shape{Head: wide, wide: wide}
		s[CodeStr8+i] = Shape{Head: wide, wide: wide}
		s[CodeExt8+i] = Shape{Head: wide + 1, wide: wide}
	}
	for i := range 2 {
		wide := uint8(2) << i
		s[CodeArray16+i] = Shape{Head: wide, wide: wide, Each: 1}
		s[CodeMap16+i] = Shape{Head: wide, wide: wide, Each: 2}
		s[CodeFloat32+i] = Shape{body: 4 << i}
	}
	for i := range 4 {
		s[CodeUint8+i], s[CodeInt8+i] = Shape{body: 1 << i}, Shape{body: 1 << i}
	}
	for i := range 5 {
		s[CodeFixExt1+i] = Shape{Head: 1, body: 1 << i}
	}
	s[CodeUnused].invalid = true
	return s
}()

// fixedSize has the size of the whole value for each first byte that tells it
// and begins no array or map; 0 for all others.
var fixedSize = func() (size [256]uint8) {
	for c, s := range shapes {
		if s.wide == 0 && s.Each == 0 && !s.invalid {
			size[c] = 1 + s.Head + s.body
		}
	}
	return size
}()
