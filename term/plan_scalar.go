package term

import (
	"fmt"
	"math"
	"reflect"

	"github.com/starlang-go/starlang/term/msgp"
)

// scalar compiles the types that have no parts.
func scalar(p *plan) {
	switch p.typ.Kind() {
	case reflect.Bool:
		boolean(p)
	case reflect.Int:
		signed[int](p)
	case reflect.Int8:
		signed[int8](p)
	case reflect.Int16:
		signed[int16](p)
	case reflect.Int32:
		signed[int32](p)
	case reflect.Int64:
		signed[int64](p)
	case reflect.Uint:
		unsigned[uint](p)
	case reflect.Uint8:
		unsigned[uint8](p)
	case reflect.Uint16:
		unsigned[uint16](p)
	case reflect.Uint32:
		unsigned[uint32](p)
	case reflect.Uint64:
		unsigned[uint64](p)
	case reflect.Float32:
		float32s(p)
	case reflect.Float64:
		float64s(p)
	case reflect.String:
		text(p)
	default:
		p.refuse("", "%v %w: %s", p.typ, ErrUnsendable, whyNot(p.typ.Kind()))
	}
}

func whyNot(k reflect.Kind) string {
	switch k {
	case reflect.Chan:
		return "a channel joins goroutines of one program; send a PID and let it answer"
	case reflect.Func:
		return "code does not travel; send a name that the receiver knows"
	case reflect.Complex64, reflect.Complex128:
		return "MessagePack has no complex numbers; send two floats"
	default: // uintptr, unsafe.Pointer
		return "an address means nothing elsewhere"
	}
}

func boolean(p *plan) {
	p.encode = func(dst []byte, src address, _ encodeBudget) ([]byte, error) {
		return msgp.AppendBool(dst, *at[bool](src)), nil
	}
	p.decode = func(r *Reader, dst address) error {
		start := r.pos
		v, err := r.ReadBool()
		if err != nil {
			return r.nilOr(start, err)
		}
		*at[bool](dst) = v
		return nil
	}
	copyScalar[bool](p)
}

func signed[T int | int8 | int16 | int32 | int64](p *plan) {
	p.encode = func(dst []byte, src address, _ encodeBudget) ([]byte, error) {
		return msgp.AppendInt(dst, int64(*at[T](src))), nil
	}
	p.decode = func(r *Reader, dst address) error {
		start := r.pos
		n, err := r.ReadInt()
		if err != nil {
			return r.nilOr(start, err)
		}
		if int64(T(n)) != n {
			return r.outOfRange(start, n, p.typ)
		}
		*at[T](dst) = T(n)
		return nil
	}
	copyScalar[T](p)
}

func unsigned[T uint | uint8 | uint16 | uint32 | uint64](p *plan) {
	p.encode = func(dst []byte, src address, _ encodeBudget) ([]byte, error) {
		return msgp.AppendUint(dst, uint64(*at[T](src))), nil
	}
	p.decode = func(r *Reader, dst address) error {
		start := r.pos
		n, err := r.ReadUint()
		if err != nil {
			return r.nilOr(start, err)
		}
		if uint64(T(n)) != n {
			return r.outOfRange(start, n, p.typ)
		}
		*at[T](dst) = T(n)
		return nil
	}
	copyScalar[T](p)
}

func float32s(p *plan) {
	p.encode = func(dst []byte, src address, _ encodeBudget) ([]byte, error) {
		return msgp.AppendFloat32(dst, *at[float32](src)), nil
	}
	p.decode = func(r *Reader, dst address) error {
		start := r.pos
		v, err := r.ReadFloat32()
		if err != nil {
			return r.nilOr(start, err)
		}
		*at[float32](dst) = v
		return nil
	}
	copyScalar[float32](p)
	p.isZero = func(a address) bool { return math.Float32bits(*at[float32](a)) == 0 } // -0 is not
}

func float64s(p *plan) {
	p.encode = func(dst []byte, src address, _ encodeBudget) ([]byte, error) {
		return msgp.AppendFloat64(dst, *at[float64](src)), nil
	}
	p.decode = func(r *Reader, dst address) error {
		start := r.pos
		v, err := r.ReadFloat64()
		if err != nil {
			return r.nilOr(start, err)
		}
		*at[float64](dst) = v
		return nil
	}
	copyScalar[float64](p)
	p.isZero = func(a address) bool { return math.Float64bits(*at[float64](a)) == 0 } // -0 is not
}

func text(p *plan) {
	p.encode = func(dst []byte, src address, _ encodeBudget) ([]byte, error) {
		s := *at[string](src)
		if err := checkLen(len(s)); err != nil {
			return dst, err
		}
		return msgp.AppendString(dst, s), nil
	}
	p.decode = func(r *Reader, dst address) error {
		start := r.pos
		v, err := r.ReadView()
		if err != nil {
			return r.nilOr(start, err)
		}
		*at[string](dst) = string(v)
		return nil
	}
	copyScalar[string](p)
}

func copyScalar[T comparable](p *plan) {
	p.plain = true
	p.copy = func(dst, src address, _ encodeBudget) error {
		*at[T](dst) = *at[T](src)
		return nil
	}
	p.isZero = func(a address) bool {
		var zero T
		return *at[T](a) == zero
	}
}

// checkLen refuses lengths that MessagePack cannot express.
func checkLen(n int) error {
	if uint64(n) > math.MaxUint32 {
		return &EncodeError{Err: fmt.Errorf("%w: a length of %d", ErrTooLarge, n)}
	}
	return nil
}

// nilOr makes up for a failed read at start if what stands there is nil, which
// is the zero value of any type.
func (r *Reader) nilOr(start int, err error) error {
	if start < len(r.b) && r.b[start] == msgp.CodeNil {
		r.pos = start + 1
		return nil
	}
	return err
}

// skipNil reads nil if that is what comes next.
func (r *Reader) skipNil() bool {
	if r.pos < len(r.b) && r.b[r.pos] == msgp.CodeNil {
		r.pos++
		return true
	}
	return false
}

func (r *Reader) outOfRange(start int, n any, t reflect.Type) error {
	return r.Fail(start, fmt.Errorf("%w: %v does not fit %v", ErrRange, n, t))
}
