package protobuf

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/starlang-go/starlang/term"
)

// MaxDepth is how deep messages may be nested in each other.
const MaxDepth = 1000

// Register makes messages of type T, such as *chatpb.Joined, values that can be
// sent. Call it in an init function, before types that T is part of are registered
// or sent; see [term.RegisterCodec], whose errors it returns.
func Register[T proto.Message]() error {
	var zero T
	message := zero.ProtoReflect()
	if message == nil {
		return fmt.Errorf("protobuf: register %T: it must be the type of one message", zero)
	}
	of := message.Type()
	sizes := measure(of.Descriptor())
	return term.RegisterCodec(string(of.Descriptor().FullName()), term.Codec[T]{
		Append: func(dst []byte, m T) ([]byte, error) { return appendMessage(dst, m) },
		Parse: func(r *term.Reader) (T, error) {
			m := of.New().Interface()
			err := parse(r, sizes, m)
			return m.(T), err
		},
		Clone: clone[T],
	})
}

// MustRegister is [Register] for an init function: it panics with the error.
func MustRegister[T proto.Message]() {
	if err := Register[T](); err != nil {
		panic(err)
	}
}

// clone returns what Parse would for the encoding of m.
func clone[T proto.Message](m T) (T, error) {
	var c checker
	if err := c.check(m); err != nil {
		return m, err
	}
	if !c.negativeZero {
		return proto.CloneOf(m), nil
	}
	b, err := proto.Marshal(m)
	if err != nil {
		return m, err
	}
	to := m.ProtoReflect().Type().New().Interface()
	return to.(T), proto.UnmarshalOptions{RecursionLimit: MaxDepth + 1}.Unmarshal(b, to)
}

// appendMessage appends the message's encoding as bytes.
func appendMessage(dst []byte, m proto.Message) ([]byte, error) {
	if err := new(checker).check(m); err != nil {
		return dst, err
	}
	b, err := proto.MarshalOptions{}.MarshalAppend([]byte{}, m) // never nil: that would stand for no message
	if err != nil {
		return dst, err
	}
	return term.AppendBytes(dst, b), nil
}

// parse decodes into m what appendMessage appended.
func parse(r *term.Reader, sizes sizes, m proto.Message) error {
	start := r.Offset()
	b, err := r.ReadView()
	if err != nil {
		return err
	}
	cost, err := sizes.cost(m.ProtoReflect().Descriptor(), b, MaxDepth)
	if err != nil {
		return r.Fail(start, err)
	}
	if err := r.Claim(cost); err != nil {
		return err
	}
	return proto.UnmarshalOptions{RecursionLimit: MaxDepth + 1}.Unmarshal(b, m)
}
