package term

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"sync/atomic"

	"github.com/starlang-go/starlang/term/msgp"
)

// Codec says how values of a type travel that cannot be given methods, because it is
// another package's. Its functions must not change the value that they are given
// and must be safe for concurrent use. What they panic with becomes an [ErrPanic].
// They are not called for nil pointers, maps and slices, which travel as nil.
type Codec[T any] struct {
	// Append appends exactly one MessagePack value that is not nil to dst and
	// returns the extended slice, as [Appender] does.
	Append func(dst []byte, v T) ([]byte, error)
	// Parse reads what Append wrote, as [Parser] does. The limits hold for what it
	// reads by r. What it allocates otherwise it is to announce by [Reader.Claim].
	Parse func(r *Reader) (T, error)
	// Clone returns a copy that shares no memory with v that anybody may change: it
	// is what a receiver on the same node gets, and must equal what Parse returns for
	// what Append wrote. Nil stands for Append and Parse.
	Clone func(v T) (T, error)
}

// RegisterCodec gives T the wire name of [Register] and a way to travel. T may be a
// pointer, if that is how its package has values used: then it is *T that travels,
// and values of what it points to are treated as they are without a codec.
//
// Call it in an init function, before types that T is part of are registered or sent:
// whether a value can be sent, and how, never changes once it could be. RegisterCodec
// returns an [ErrTaken] if T has a codec or could be sent already, or if the name is
// taken. Otherwise the errors are those of [Register].
func RegisterCodec[T any](name string, c Codec[T]) error {
	t := reflect.TypeFor[T]()
	if err := checkCodec(t, name, c.Append != nil && c.Parse != nil); err != nil {
		return fmt.Errorf("term: register codec of %v as %.255q: %w", t, name, err)
	}
	if err := addCodec(t, c.forPlan()); err != nil {
		return fmt.Errorf("term: register codec of %v as %q: %w", t, name, err)
	}
	return register(planFor(t), name, zeroOf[T])
}

// MustRegisterCodec is [RegisterCodec] for an init function: it panics with the
// error.
func MustRegisterCodec[T any](name string, c Codec[T]) {
	if err := RegisterCodec(name, c); err != nil {
		panic(err)
	}
}

func checkCodec(t reflect.Type, name string, complete bool) error {
	switch {
	case !complete:
		return errors.New("a codec needs Append and Parse")
	case t.Kind() == reflect.Interface:
		return errors.New("an interface does not travel, what is in it does")
	case names.find([]byte(name)) != nil:
		return fmt.Errorf("the name is %w", ErrTaken)
	}
	return checkName(name)
}

// codec is a [Codec] for values by their address.
type codec struct {
	append func(dst []byte, src address) ([]byte, error)
	parse  func(r *Reader, dst address) error
	clone  func(dst, src address) error // may be nil
}

func (c Codec[T]) forPlan() *codec {
	erased := &codec{
		append: func(dst []byte, src address) ([]byte, error) { return c.Append(dst, *at[T](src)) },
		parse: func(r *Reader, dst address) (err error) {
			*at[T](dst), err = c.Parse(r)
			return err
		},
	}
	if c.Clone != nil {
		erased.clone = func(dst, src address) (err error) {
			*at[T](dst), err = c.Clone(*at[T](src))
			return err
		}
	}
	return erased
}

// codecs are the registered codecs, by type. The map is replaced by a larger one
// while plans.mu is held.
var codecs atomic.Pointer[map[reflect.Type]*codec]

func codecOf(t reflect.Type) *codec {
	if all := codecs.Load(); all != nil {
		return (*all)[t]
	}
	return nil
}

// addCodec adds the codec of t, of which no value could be sent until now.
func addCodec(t reflect.Type, c *codec) error {
	plans.mu.Lock()
	defer plans.mu.Unlock()
	if codecOf(t) != nil {
		return fmt.Errorf("a codec is %w", ErrTaken)
	}
	if p := plans.table.Load().get(typeWordOf(t)); p != nil && p.noWire == nil {
		return fmt.Errorf("%w: it can be sent without, and has been used", ErrTaken)
	}
	larger := map[reflect.Type]*codec{}
	if all := codecs.Load(); all != nil {
		larger = maps.Clone(*all)
	}
	larger[t] = c
	codecs.Store(&larger)
	forgetRefused()
	return nil
}

// forgetRefused drops the plans of all types that cannot be sent, some of which can
// be now. They are compiled again when they are needed. The caller holds plans.mu.
func forgetRefused() {
	old, kept := plans.table.Load(), newPlanTable(1024)
	var marked []*plan // by RefuseMessage, which holds whatever their parts are
	for i := range old.slots {
		switch p := old.slots[i].Load(); {
		case p == nil:
		case p.noWire == nil:
			kept = kept.add(p)
		case p.refused.Load() != nil:
			marked = append(marked, p)
		}
	}
	plans.table.Store(kept)
	for _, was := range marked {
		c := compiler{fresh: map[reflect.Type]*plan{}}
		p := c.plan(was.typ)
		c.publish()
		p.refused.Store(was.refused.Load())
		p.asIs.Store(false)
	}
}

func (p *plan) encodeCustom(dst []byte, src address, left encodeBudget) ([]byte, error) {
	if nilable(p.typ.Kind()) && firstWordIsNil(src) {
		return msgp.AppendNil(dst), nil
	}
	out, err := p.callAppend(dst, src)
	if err != nil {
		return dst, &EncodeError{Err: err}
	}
	return out, p.checkWritten(out, len(dst), left, "the codec")
}

func (p *plan) callAppend(dst []byte, src address) (out []byte, err error) {
	defer caught(&err, p.typ, "the codec")
	return p.custom.append(dst, src)
}

func (p *plan) copyCustom(dst, src address, left encodeBudget) error {
	if nilable(p.typ.Kind()) && firstWordIsNil(src) {
		dst.value(p).SetZero()
		return nil
	}
	if p.custom.clone == nil {
		return p.copyByCoding(dst, src, left)
	}
	if err := p.callClone(dst, src); err != nil {
		return &EncodeError{Err: err}
	}
	return nil
}

func (p *plan) callClone(dst, src address) (err error) {
	defer caught(&err, p.typ, "the codec")
	return p.custom.clone(dst, src)
}
