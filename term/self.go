package term

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"time"

	"github.com/vmihailenco/msgpack/v5"
)

// Immutable marks types whose values never change, nor anything that they refer
// to, and that may therefore be shared: an isolated one is the value itself. A
// pointer type is marked by a method on the pointer; a method on T says nothing
// about *T, and a method inherited from an embedded field nothing at all. Nor does
// it say anything about other nodes: to go there, a type with unexported fields
// needs a form of its own too, see [Appender].
type Immutable interface {
	// ImmutableTerm does nothing; to have it is the declaration.
	ImmutableTerm()
}

// selfCoding says by which of its methods a type writes and reads its own form.
type selfCoding int

const (
	notSelfCoding selfCoding = iota
	timeCoding
	termCoding    // Appender and Parser
	customCoding  // by its registered Codec
	msgpackCoding // what msgpack/v5 honours: its own interfaces, then encoding's
)

var (
	timeType      = reflect.TypeFor[time.Time]()
	appenderType  = reflect.TypeFor[Appender]()
	parserType    = reflect.TypeFor[Parser]()
	immutableType = reflect.TypeFor[Immutable]()
)

// foreignCodings are the pairs of interfaces that msgpack/v5 honours, in its order.
var foreignCodings = [...]struct{ encoder, decoder reflect.Type }{
	{reflect.TypeFor[msgpack.CustomEncoder](), reflect.TypeFor[msgpack.CustomDecoder]()},
	{reflect.TypeFor[msgpack.Marshaler](), reflect.TypeFor[msgpack.Unmarshaler]()},
	{reflect.TypeFor[encoding.BinaryMarshaler](), reflect.TypeFor[encoding.BinaryUnmarshaler]()},
	{reflect.TypeFor[encoding.TextMarshaler](), reflect.TypeFor[encoding.TextUnmarshaler]()},
}

// selfCodingOf returns how values of type t write and read their own form.
// Pointers and interfaces do not, unless by a codec: what they refer to does.
func selfCodingOf(t reflect.Type) selfCoding {
	switch {
	case codecOf(t) != nil:
		return customCoding
	case t == timeType:
		return timeCoding
	case t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface:
		return notSelfCoding
	case has(t, appenderType) && has(t, parserType):
		return termCoding
	}
	if i := firstForeign(t, true); i >= 0 && i == firstForeign(t, false) {
		return msgpackCoding
	}
	return notSelfCoding
}

// firstForeign returns which pair msgpack/v5 encodes or decodes a t by: the first
// that t itself has a half of, else the first that *t has; -1 if there is none.
func firstForeign(t reflect.Type, encode bool) int {
	for _, t := range []reflect.Type{t, reflect.PointerTo(t)} {
		for i, pair := range foreignCodings {
			half := pair.decoder
			if encode {
				half = pair.encoder
			}
			if t.Implements(half) && !inherits(t, half) {
				return i
			}
		}
	}
	return -1
}

// has reports whether a t that lies in memory has the methods of i by itself.
func has(t, i reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(i) && !inherits(p, i)
}

// inherits reports whether t, or what it points to, is a struct with an embedded
// field that brings the methods of i: they would speak for one field alone, and
// nobody can tell whether the struct has methods of its own instead.
func inherits(t, i reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return false
	}
	for n := range t.NumField() {
		f := t.Field(n)
		if f.Anonymous && (f.Type.Implements(i) || reflect.PointerTo(f.Type).Implements(i)) {
			return true
		}
	}
	return false
}

// isImmutable reports whether values of type t may be shared.
func isImmutable(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Interface:
		return false // what is in there may
	case reflect.Pointer:
		return t.Implements(immutableType) && !t.Elem().Implements(immutableType) && !inherits(t, immutableType)
	default:
		return t.Implements(immutableType) && !inherits(t, immutableType)
	}
}

// selfCoded compiles p if its type writes its own form.
func (c *compiler) selfCoded(p *plan) bool {
	p.coding = selfCodingOf(p.typ)
	switch p.coding {
	case timeCoding:
		timestamp(p)
		return true
	case termCoding:
		p.ours = p.typ.PkgPath() == reflect.TypeFor[Raw]().PkgPath()
		p.encode, p.decode = p.encodeTerm, p.decodeTerm
		c.sharedPart(p)
	case customCoding:
		p.custom = codecOf(p.typ)
		p.encode, p.decode, p.copy = p.encodeCustom, p.decodeTerm, p.copyCustom
	case msgpackCoding:
		p.encode, p.decode, p.foreign = p.encodeForeign, p.decodeForeign, foreignCostOf(p.typ)
	default:
		return p.halfCoded()
	}
	if p.copy == nil {
		p.copy = p.copyByCoding
	}
	p.isZero = func(a address) bool {
		for _, b := range a.bytes(p.typ.Size()) {
			if b != 0 {
				return false
			}
		}
		return true
	}
	return true
}

// halfCoded refuses types that can write themselves but not read, or the other
// way round. Types are forgiven for having one half of what package encoding
// asks for: String and MarshalText are often there for the log alone.
func (p *plan) halfCoded() bool {
	if p.typ.Kind() == reflect.Pointer || p.typ.Kind() == reflect.Interface {
		return false
	}
	pairs := foreignCodings[:2:2]
	pairs = append(pairs, struct{ encoder, decoder reflect.Type }{appenderType, parserType})
	for _, pair := range pairs {
		if e, d := has(p.typ, pair.encoder), has(p.typ, pair.decoder); e != d {
			there, missing := pair.encoder, pair.decoder
			if d {
				there, missing = missing, there
			}
			p.refuse("", "%v %w: it implements %v but not %v", p.typ, ErrUnsendable, there, missing)
			return true
		}
	}
	return false
}

// copyByCoding copies a value by encoding and decoding it.
func (p *plan) copyByCoding(dst, src address, left encodeBudget) error {
	b, err := p.encode(nil, src, left)
	if err != nil {
		return err
	}
	dst.value(p).SetZero()
	r := &Reader{b: b, budget: decodeBudget{depth: left.depth, elements: math.MaxInt, memory: math.MaxInt}}
	if err := p.decode(r, dst); err != nil {
		return &EncodeError{Err: fmt.Errorf("its own encoding cannot be decoded: %w", err)}
	}
	return nil
}
