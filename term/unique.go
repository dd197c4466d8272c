package term

import (
	"cmp"
	"hash/maphash"
	"math"
	"reflect"
	"slices"

	"github.com/starlang-go/starlang/term/msgp"
)

// skippedKey is a key that nobody decodes, of a map or a struct.
type skippedKey struct {
	digest uint64
	at     int // where it begins
}

// skippedKeyBytes is how much of the memory that there may be a skipped key takes.
var skippedKeyBytes = reflect.TypeFor[skippedKey]().Size()

// digestSeed makes digests that nobody can foresee. They stand for the keys,
// which may be of any kind and length: a map of a million keys has two with one
// digest by chance once in 2^25 times, and by intent never.
var digestSeed = maphash.MakeSeed()

// skipField skips the value under a key that a struct does not know, has just
// read and that begins at the given offset.
func (r *Reader) skipField(key int) error {
	r.pos = key
	if err := r.noteKey(); err != nil {
		return err
	}
	return r.Skip()
}

// noteKey reads a key of an open map whose entries are skipped.
func (r *Reader) noteKey() error {
	if err := r.claim(1, skippedKeyBytes); err != nil {
		return err
	}
	at := r.pos
	digest, err := r.digest()
	r.skipped = append(r.skipped, skippedKey{digest, at})
	return err
}

// closeKeys forgets the keys of the map or struct that was opened last, before
// which there were so many, and returns an error if two of them are equal.
func (r *Reader) closeKeys(outer int) error {
	keys := r.skipped[outer:]
	r.skipped = r.skipped[:outer]
	r.budget.memory += len(keys) * int(skippedKeyBytes)
	slices.SortFunc(keys, func(a, b skippedKey) int {
		return cmp.Or(cmp.Compare(a.digest, b.digest), cmp.Compare(a.at, b.at))
	})
	for i := 1; i < len(keys); i++ {
		if keys[i].digest == keys[i-1].digest {
			return r.duplicateKey(keys[i].at)
		}
	}
	return nil
}

// duplicateKey says that the key at the given offset was there before.
func (r *Reader) duplicateKey(at int) error {
	step := "[key]"
	key := Reader{b: r.b, pos: at}
	if name, err := key.ReadView(); err == nil {
		step = keyStep(string(name[:min(len(name), maxPathBytes)]))
	}
	return &DecodeError{Path: step, Offset: at, Err: ErrDuplicateKey}
}

// leaf and node are what the digests of values are made of.
type (
	leaf struct {
		kind Kind
		sign bool
		bits uint64
	}
	node struct {
		kind        Kind
		first, rest uint64
	}
)

// digest reads a value that a walker has passed over before, and refuses maps in
// it that have a key twice. Equal values have equal digests, in whatever form a
// number or a length is written and in whatever order a map is.
func (r *Reader) digest() (uint64, error) {
	switch kind := r.Kind(); kind {
	case KindInt:
		n, negative, err := r.integer()
		return maphash.Comparable(digestSeed, leaf{kind, negative, n}), err
	case KindFloat:
		return r.digestFloat()
	case KindString, KindBytes: // old encoders do not tell the two apart
		b, err := r.ReadView()
		return maphash.Bytes(digestSeed, b), err
	case KindExt:
		return r.digestExt()
	case KindArray:
		return r.digestArray()
	case KindMap:
		return r.digestMap()
	default: // nil, true or false
		b, err := r.take(1)
		return maphash.Comparable(digestSeed, leaf{kind: kind, bits: uint64(b[0])}), err
	}
}

func (r *Reader) digestFloat() (uint64, error) {
	wide := r.b[r.pos] == msgp.CodeFloat64
	f, err := r.ReadFloat64()
	if f == 0 {
		f = 0 // minus zero is the same key
	}
	return maphash.Comparable(digestSeed, leaf{KindFloat, wide, math.Float64bits(f)}), err
}

func (r *Reader) digestExt() (uint64, error) {
	code, n, err := r.ReadExtHeader()
	if err != nil {
		return 0, err
	}
	content, err := r.take(n)
	return maphash.Comparable(digestSeed, node{KindExt, uint64(code), maphash.Bytes(digestSeed, content)}), err
}

func (r *Reader) digestArray() (uint64, error) {
	n, err := r.ReadArrayLen()
	if err != nil {
		return 0, err
	}
	list := node{kind: KindArray}
	for range n {
		if list.first, err = r.digest(); err != nil {
			return 0, err
		}
		list.rest = maphash.Comparable(digestSeed, list)
	}
	return maphash.Comparable(digestSeed, list), nil
}

func (r *Reader) digestMap() (uint64, error) {
	n, err := r.ReadMapLen()
	if err != nil {
		return 0, err
	}
	outer := len(r.skipped)
	all := leaf{kind: KindMap}
	for range n {
		if err := r.noteKey(); err != nil {
			return 0, err
		}
		entry := node{kind: KindMap, first: r.skipped[len(r.skipped)-1].digest}
		if entry.rest, err = r.digest(); err != nil {
			return 0, err
		}
		all.bits += maphash.Comparable(digestSeed, entry) // a sum, for any order
	}
	return maphash.Comparable(digestSeed, all), r.closeKeys(outer)
}
