package term

import (
	"reflect"

	"github.com/starlang-go/starlang/term/msgp"
)

// Shared holds a value that never changes, nor anything that it refers to, and that
// a receiver on the same node may therefore have without a copy: a table that is
// built once, or a value of a type that cannot be copied. To declare that is the
// sender's responsibility; nothing checks it. To other nodes the value is copied, if
// a T can be sent at all. To travel in an interface there, a Shared[T] needs a wire
// name, see [Register]. The zero Shared holds the zero T.
type Shared[T any] struct{ v *T }

var (
	_ Appender  = Shared[int]{}
	_ Parser    = (*Shared[int])(nil)
	_ Immutable = Shared[int]{}
	_ sharing   = Shared[int]{}
)

// Share returns a Shared that holds v, which must not change any more.
func Share[T any](v T) Shared[T] { return Shared[T]{&v} }

// Value returns the value, which must not be changed.
func (s Shared[T]) Value() T {
	if s.v == nil {
		var zero T
		return zero
	}
	return *s.v
}

// AppendTerm implements [Appender]: an array of one, which is the value.
func (s Shared[T]) AppendTerm(dst []byte) ([]byte, error) {
	if s.v == nil {
		s.v = new(T)
	}
	return AppendEncode(msgp.AppendArrayLen(dst, 1), s.v)
}

// ParseTerm implements [Parser].
func (s *Shared[T]) ParseTerm(r *Reader) error {
	if err := r.ExpectArray(1); err != nil {
		return err
	}
	s.v = new(T)
	return r.ReadInto(s.v)
}

// ImmutableTerm marks a Shared as free to share between processes.
func (Shared[T]) ImmutableTerm() {}

func (Shared[T]) sharedType() reflect.Type { return reflect.TypeFor[T]() }

// sharing is implemented by every [Shared]: what it holds decides whether it can go
// to other nodes.
type sharing interface{ sharedType() reflect.Type }

var sharingType = reflect.TypeFor[sharing]()

// sharedPart makes what a Shared holds part of its plan.
func (c *compiler) sharedPart(p *plan) {
	if p.typ.Kind() == reflect.Struct && p.typ.Implements(sharingType) && !inherits(p.typ, sharingType) {
		held := reflect.Zero(p.typ).Interface().(sharing).sharedType()
		p.parts = []part{{".Value()", c.plan(held)}}
	}
}
