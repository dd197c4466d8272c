package term

import "encoding/binary"

// walker passes over values without looking at what they are, and holds them
// against the limits. It allocates nothing, and its recursion goes no deeper than
// the values may be nested.
type walker struct {
	b        []byte
	pos      int  // where the next value begins; after an error, where the wrong one does
	depth    int  // how many more arrays and maps may be open at once
	elements int  // how many more elements and pairs there may be
	maps     bool // there were maps that may have a key twice
}

// value passes over one value.
func (w *walker) value() error {
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
func (w *walker) flat() error {
	depth := w.depth
	for n := 1; n > 0; n-- {
		if w.fixed() {
			continue
		}
		inside, err := w.enter()
		if err != nil {
			return err
		}
		n += inside
		if n-1 > len(w.b)-w.pos {
			return ErrTruncated
		}
	}
	w.depth = depth
	return nil
}

// values passes over n values.
func (w *walker) values(n int) error {
	for ; n > 0; n-- {
		if w.fixed() {
			continue
		}
		depth := w.depth
		inside, err := w.enter()
		if err != nil {
			return err
		}
		if err := w.values(inside); err != nil {
			return err
		}
		w.depth = depth
	}
	return nil
}

// fixed passes over a value whose first byte tells its size, if that comes next.
func (w *walker) fixed() bool {
	if w.pos >= len(w.b) {
		return false
	}
	size := int(fixedSize[w.b[w.pos]])
	if size == 0 || size > len(w.b)-w.pos {
		return false
	}
	w.pos += size
	return true
}

// enter passes over a value but for what is inside of it, if it is an array or a
// map: how many values follow there. These take one of what may be nested.
func (w *walker) enter() (inside int, err error) {
	rest := w.b[w.pos:]
	if len(rest) == 0 {
		return 0, ErrTruncated
	}
	s := shapes[rest[0]]
	head := 1 + int(s.head)
	if len(rest) < head {
		return 0, ErrTruncated
	}
	size, left := s.size(rest), uint64(len(rest)-head)
	switch {
	case s.each == 0 && s.invalid:
		return 0, ErrInvalidByte
	case s.each == 0 && size > left:
		return 0, ErrTruncated
	case s.each == 0:
		w.pos += head + int(size)
		return 0, nil
	case size*uint64(s.each) > left:
		return 0, ErrTruncated
	case size > uint64(w.elements):
		return 0, ErrTooMany
	case w.depth <= 0:
		return 0, ErrTooDeep
	}
	w.pos += head
	w.elements -= int(size)
	w.depth--
	w.maps = w.maps || s.each == 2 && size > 1
	return int(size) * int(s.each), nil
}

// shape is how a value goes on after its first byte.
type shape struct {
	head    uint8 // bytes of header: a length, an extension's code
	wide    uint8 // how many of these are the length; 0: it is in body
	body    uint8
	each    uint8 // 0: the length counts bytes; else elements of each values
	invalid bool
}

// size returns the length of the value that value begins with.
func (s shape) size(value []byte) uint64 {
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
var shapes = func() (s [256]shape) {
	for n := range uint8(16) {
		s[codeFixMap+n] = shape{body: n, each: 2}
		s[codeFixArray+n] = shape{body: n, each: 1}
	}
	for n := range uint8(32) {
		s[codeFixStr+n] = shape{body: n}
	}
	for i := range 3 {
		wide := uint8(1) << i
		s[codeBin8+i] = shape{head: wide, wide: wide}
		s[codeStr8+i] = shape{head: wide, wide: wide}
		s[codeExt8+i] = shape{head: wide + 1, wide: wide}
	}
	for i := range 2 {
		wide := uint8(2) << i
		s[codeArray16+i] = shape{head: wide, wide: wide, each: 1}
		s[codeMap16+i] = shape{head: wide, wide: wide, each: 2}
		s[codeFloat32+i] = shape{body: 4 << i}
	}
	for i := range 4 {
		s[codeUint8+i], s[codeInt8+i] = shape{body: 1 << i}, shape{body: 1 << i}
	}
	for i := range 5 {
		s[codeFixExt1+i] = shape{head: 1, body: 1 << i}
	}
	s[codeUnused].invalid = true
	return s
}()

// fixedSize has the size of the whole value for each first byte that tells it
// and begins no array or map; 0 for all others.
var fixedSize = func() (size [256]uint8) {
	for c, s := range shapes {
		if s.wide == 0 && s.each == 0 && !s.invalid {
			size[c] = 1 + s.head + s.body
		}
	}
	return size
}()
