package protobuf

import (
	"fmt"
	"math"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/starlang-go/starlang/term"
)

// checker looks at all that a message has.
type checker struct {
	negativeZero bool // there is a float that proto.Clone takes for one that is not set
}

// check refuses what proto.Marshal would refuse, and what it would never come to an
// end with.
func (c *checker) check(m proto.Message) error {
	if err := c.message(m.ProtoReflect(), MaxDepth); err != nil {
		return err
	}
	return proto.CheckInitialized(m)
}

func (c *checker) message(m protoreflect.Message, depth int) (err error) {
	if depth == 0 {
		return fmt.Errorf("message %v: %w", m.Descriptor().FullName(), term.ErrTooDeep)
	}
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.IsMap():
			err = c.entries(f, v.Map(), depth)
		case f.IsList():
			for i := range v.List().Len() {
				if err = c.value(f, v.List().Get(i), depth); err != nil {
					break
				}
			}
		default:
			err = c.value(f, v, depth)
		}
		return err == nil
	})
	return err
}

func (c *checker) entries(f protoreflect.FieldDescriptor, m protoreflect.Map, depth int) (err error) {
	m.Range(func(k protoreflect.MapKey, v protoreflect.Value) bool {
		if err = c.value(f.MapKey(), k.Value(), depth); err == nil {
			err = c.value(f.MapValue(), v, depth)
		}
		return err == nil
	})
	return err
}

func (c *checker) value(f protoreflect.FieldDescriptor, v protoreflect.Value, depth int) error {
	switch f.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return c.message(v.Message(), depth-1)
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		c.negativeZero = c.negativeZero || v.Float() == 0 && math.Signbit(v.Float())
	case protoreflect.StringKind:
		if mustBeUTF8(f) && !utf8.ValidString(v.String()) {
			return fmt.Errorf("field %v is not UTF-8", f.FullName())
		}
	}
	return nil
}

// mustBeUTF8 reports whether proto.Marshal refuses strings of field f that are not
// UTF-8: for the editions of the language a feature of the field says so.
func mustBeUTF8(f protoreflect.FieldDescriptor) bool {
	if f, ok := f.(interface{ EnforceUTF8() bool }); ok {
		return f.EnforceUTF8()
	}
	return f.Syntax() == protoreflect.Proto3
}
