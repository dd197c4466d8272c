package protobuf

import (
	"reflect"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/starlang-go/starlang/term"
)

// sizes has the size in memory of a message and of all that it can contain, by name.
type sizes map[protoreflect.FullName]term.ByteCount

// What parts of a message take beside the messages in it, about.
const (
	perField   = 64  // an element of a slice that is being grown, with the header of a string
	perEntry   = 128 // an entry of a map
	perScalar  = 16  // an element of a packed field: eight bytes in a slice that is being grown
	perUnknown = 2   // for each byte of a field that is kept as it came
)

// measure returns the sizes of the messages that a message of type d can contain.
func measure(d protoreflect.MessageDescriptor) sizes {
	s := sizes{}
	s.add(d)
	return s
}

func (s sizes) add(d protoreflect.MessageDescriptor) {
	if _, done := s[d.FullName()]; done {
		return
	}
	s[d.FullName()] = perEntry // map entries, and messages that nobody linked in
	if t, err := protoregistry.GlobalTypes.FindMessageByName(d.FullName()); err == nil {
		if t := reflect.TypeOf(t.Zero().Interface()); t.Kind() == reflect.Pointer {
			s[d.FullName()] = term.ByteCount(t.Elem().Size())
		}
	}
	for i := range d.Fields().Len() {
		if of := d.Fields().Get(i).Message(); of != nil {
			s.add(of)
		}
	}
}

// cost returns about how much memory b takes as a message of type d. It returns an
// error if b is nested deeper than depth, or no encoding of a message.
func (s sizes) cost(d protoreflect.MessageDescriptor, b []byte, depth int) (term.ByteCount, error) {
	if depth == 0 {
		return 0, term.ErrTooDeep
	}
	total := s[d.FullName()]
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return 0, protowire.ParseError(n)
		}
		b = b[n:]
		if n = protowire.ConsumeFieldValue(number, kind, b); n < 0 {
			return 0, protowire.ParseError(n)
		}
		field, err := s.fieldCost(d.Fields().ByNumber(number), kind, b[:n], depth)
		if err != nil {
			return 0, err
		}
		total += perField + field
		b = b[n:]
	}
	return total, nil
}

// fieldCost returns what a field takes beside perField; f is nil if it is unknown.
func (s sizes) fieldCost(f protoreflect.FieldDescriptor, kind protowire.Type, b []byte, depth int) (term.ByteCount, error) {
	switch {
	case f == nil:
		return perUnknown * term.ByteCount(len(b)), nil
	case kind == protowire.StartGroupType && f.Message() != nil:
		_, n := protowire.ConsumeGroup(f.Number(), b)
		if n < 0 {
			return 0, protowire.ParseError(n)
		}
		end := protowire.SizeTag(f.Number())
		return s.cost(f.Message(), b[:n-end], depth-1)
	case kind != protowire.BytesType:
		return 0, nil
	}
	content, n := protowire.ConsumeBytes(b)
	switch {
	case n < 0:
		return 0, protowire.ParseError(n)
	case f.Message() != nil:
		return s.cost(f.Message(), content, depth-1)
	case f.IsList() && f.Kind() != protoreflect.StringKind && f.Kind() != protoreflect.BytesKind:
		return perScalar * term.ByteCount(len(content)), nil
	default:
		return 0, nil
	}
}
