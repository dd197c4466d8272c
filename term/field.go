package term

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"reflect"
	"strings"

	"github.com/starlang-go/starlang/term/msgp"
)

// field is a field of a struct, or of a struct embedded in it, that travels.
type field struct {
	name      string  // on the wire
	key       []byte  // the name, encoded
	word      uint64  // the key and zeros, if it has 8 bytes at most
	mask      uint64  // the bytes of word that are the key; 0 if it is longer
	step      string  // of a path to it: ".Field"
	offset    uintptr // in the outermost struct
	plan      *plan
	omitEmpty bool
}

func (f *field) copy(dst, src address, left encodeBudget) error {
	from, to := src.add(f.offset), dst.add(f.offset)
	if f.omitEmpty && f.plan.coding != notSelfCoding && f.plan.isZero(from) {
		to.value(f.plan).SetZero() // it is left out, whatever its form would be
		return nil
	}
	if err := f.plan.copy(to, from, left); err != nil {
		return inStep(err, f.step)
	}
	return nil
}

// isNext reports whether rest begins with the field's key.
func (f *field) isNext(rest []byte) bool {
	if f.mask != 0 && len(rest) >= 8 { // one comparison instead of a call
		return binary.LittleEndian.Uint64(rest)&f.mask == f.word
	}
	return bytes.HasPrefix(rest, f.key)
}

// fields returns the fields of p's type that travel, or why one of them cannot.
// It sets p.skips if there are others.
func (c *compiler) fields(p *plan) ([]field, *refusal) {
	l := fieldLister{compiler: c, of: p, steps: map[string]string{}}
	l.list(p.typ, 0, "")
	return l.fields, l.refusal
}

// fieldLister lists the fields of a struct.
type fieldLister struct {
	*compiler
	of      *plan
	fields  []field
	steps   map[string]string // by wire name
	refusal *refusal
}

// list adds the fields of t, which lies offset bytes into the outermost struct.
func (l *fieldLister) list(t reflect.Type, offset uintptr, path string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("msgpack"), ",")
		step := path + "." + f.Name
		switch {
		case f.Name == "_":
			// Padding and markers: nothing can be in there.
		case name == "-":
			l.of.skips = true
		case isInlined(f, options):
			l.list(f.Type, offset+f.Offset, step)
		case !f.IsExported():
			l.refuse(step, fmt.Errorf("%v %w with an unexported field: export it, tag it `msgpack:\"-\"` to leave it behind, "+
				"or let %v implement term.Appender and term.Parser; %s", t, ErrUnsendable, t, waysOut(t)))
		default:
			l.add(f, cmp.Or(name, f.Name), options, offset+f.Offset, step)
		}
	}
}

func (l *fieldLister) add(f reflect.StructField, name, options string, offset uintptr, step string) {
	if other, taken := l.steps[name]; taken {
		l.refuse(step, fmt.Errorf("%v %w: %s travels as %q too; give one another name by a tag", l.of.typ, ErrUnsendable, other[1:], name))
		return
	}
	l.steps[name] = step
	added := field{
		name:      name,
		key:       msgp.AppendString(nil, name),
		step:      step,
		offset:    offset,
		plan:      l.plan(f.Type),
		omitEmpty: hasOption(options, "omitempty"),
	}
	if n := len(added.key); n <= 8 {
		var word [8]byte
		copy(word[:], added.key)
		added.word, added.mask = binary.LittleEndian.Uint64(word[:]), ^uint64(0)>>(64-8*n)
	}
	l.fields = append(l.fields, added)
}

// waysOut says what to do about a type t that cannot be given exported fields or
// methods, because it is another package's.
func waysOut(t reflect.Type) string {
	const others = "for another package's type there are term.RegisterCodec, and term.Share for a value that never changes"
	pointer := reflect.PointerTo(t)
	if t.Implements(errorType) || pointer.Implements(errorType) {
		return "an error travels as term.CarryError returns it; " + others
	}
	if _, generated := pointer.MethodByName("ProtoReflect"); generated {
		return "a message made by protoc-gen-go is registered with package term/protobuf; " + others
	}
	return others
}

func (l *fieldLister) refuse(step string, err error) {
	if l.refusal == nil {
		l.refusal = &refusal{step, err}
	}
}

// isInlined reports whether f is an embedded struct whose fields travel as those
// of the outer one, as msgpack/v5 has it. Unlike there, an embedded pointer is a
// field of its own: else a nil one could not be told from one to a zero struct.
func isInlined(f reflect.StructField, options string) bool {
	return f.Anonymous && f.Type.Kind() == reflect.Struct &&
		!hasOption(options, "noinline") && selfCodingOf(f.Type) == notSelfCoding
}

func hasOption(options, want string) bool {
	for option := range strings.SplitSeq(options, ",") {
		if option == want {
			return true
		}
	}
	return false
}
