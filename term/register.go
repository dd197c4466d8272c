package term

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/starlang-go/starlang/term/msgp"
)

// MaxNameBytes is the length of the longest wire name. On the wire there may be a
// "*" before it, for a pointer.
const MaxNameBytes = 254

// ErrTaken is a wire name, an extension code or a Go type that is registered
// already, as something else.
var ErrTaken = errors.New("already registered")

// names finds types by their wire names. There is one table for the program, not
// one for each node in it: the name says what the program's type is called, and
// two nodes of one program have the same types.
var names nameTable

type nameTable struct {
	mu     sync.Mutex // held while a type is registered, by name or by extension; before plans.mu
	byName atomic.Pointer[map[string]*wireForm]
}

// find returns what name stands for, nil if nobody registered it.
func (t *nameTable) find(name []byte) *wireForm { return (*t.byName.Load())[string(name)] }

// addLocked makes name stand for values of p's type, which zero allocates, and
// "*" before it for pointers to these. Readers go on with the old map.
func (t *nameTable) addLocked(name string, p *plan, zero func() address, natural bool) {
	pointer := planFor(reflect.PointerTo(p.typ))
	larger := maps.Clone(*t.byName.Load())
	for _, form := range []*wireForm{
		{plan: p, make: zero, name: name, natural: natural},
		{plan: pointer, make: func() address { return newValue(pointer.typ) }, name: "*" + name},
	} {
		form.prefix = appendTypeName(nil, form.name)
		larger[form.name] = form
		form.plan.wire.Store(form)
	}
	t.byName.Store(&larger)
}

// zeroOf allocates a zero T.
func zeroOf[T any]() address { return addressOf(new(T)) }

// appendTypeName appends what stands before a value to name its type: the header
// of an array of the two, and the name as an extension.
func appendTypeName(dst []byte, name string) []byte {
	dst = append(msgp.AppendArrayLen(dst, 2), msgp.CodeExt8, byte(len(name)), byte(ExtTypeName))
	return append(dst, name...)
}

// Register gives T its wire name, by which other nodes and later versions of the
// program know it: choose it once, such as "chat.Joined", and keep it when the Go
// type is moved or renamed. From then on a T, and a *T, arrives as what it was
// when it is sent as a message or inside of an interface.
//
// The same name for the same type again is fine. Else Register returns an
// [ErrTaken] that tells both types, an [*EncodeError] if no T can be sent, or an
// error that says what is wrong with the name: it must be valid UTF-8 of 1 to
// [MaxNameBytes] bytes, begin with none of "*", "[" and "map[", and not be the
// name of one of Go's own types. Register in an init function or before nodes
// start: names that arrive before are unknown.
func Register[T any](name string) error {
	return register(planFor(reflect.TypeFor[T]()), name, zeroOf[T])
}

// MustRegister is [Register] for an init function: it panics with the error.
func MustRegister[T any](name string) {
	if err := Register[T](name); err != nil {
		panic(err)
	}
}

func register(p *plan, name string, zero func() address) error {
	t := p.typ
	if err := checkRegistration(p, name); err != nil {
		return fmt.Errorf("term: register %v as %.255q: %w", t, name, err)
	}
	names.mu.Lock()
	defer names.mu.Unlock()
	if form := p.wire.Load(); form != nil {
		if form.name == name {
			return nil
		}
		return fmt.Errorf("term: register %s as %q: %s is %w as %s", fullName(t), name, fullName(t), ErrTaken, form)
	}
	if other := names.find([]byte(name)); other != nil {
		return fmt.Errorf("term: register %s as %q: the name is %w for %s", fullName(t), name, ErrTaken, fullName(other.plan.typ))
	}
	names.addLocked(name, p, zero, false)
	return nil
}

func checkRegistration(p *plan, name string) error {
	switch {
	case p.typ.Kind() == reflect.Pointer && p.custom == nil:
		return fmt.Errorf("register %v, its pointer is included", p.typ.Elem())
	case p.typ.Kind() == reflect.Interface:
		return errors.New("an interface does not travel, what is in it does")
	case p.noWire != nil:
		return p.noWire.encodeError()
	case reservedNames[name] && p.wire.Load() == nil:
		return errors.New("the name is one of Go's own")
	}
	return checkName(name)
}

func checkName(name string) error {
	switch {
	case name == "" || len(name) > MaxNameBytes:
		return fmt.Errorf("a name has 1 to %d bytes, not %d", MaxNameBytes, len(name))
	case !utf8.ValidString(name):
		return errors.New("a name is valid UTF-8")
	case strings.HasPrefix(name, "*") || strings.HasPrefix(name, "[") || strings.HasPrefix(name, "map["):
		return errors.New(`a name does not begin with "*", "[" or "map["`)
	}
	return nil
}

// String says how a type is known on the wire.
func (w *wireForm) String() string {
	if w.ext {
		return fmt.Sprintf("extension %d", w.code)
	}
	return fmt.Sprintf("%q", w.name)
}

// fullName is t with the whole path of its package: of two types in one message
// the short names may be the same.
func fullName(t reflect.Type) string {
	if t.PkgPath() == "" {
		return t.String()
	}
	return t.PkgPath() + "." + t.Name()
}

// RefuseMessage makes a T, and a *T, that is sent as a message an error that says
// why, both where it is sent and where it arrives. It may still be a field of
// another message. For messages that only the runtime makes: see package signal.
func RefuseMessage[T any](why string) {
	t := reflect.TypeFor[T]()
	for _, p := range []*plan{planFor(t), planFor(reflect.PointerTo(t))} {
		p.refused.Store(&why)
		p.asIs.Store(false)
	}
}

// refusedMessage returns why a value of p's type may not be a message.
func (p *plan) refusedMessage() error {
	if why := p.refused.Load(); why != nil {
		return fmt.Errorf("%v %w: %s", p.typ, ErrRefusedMessage, *why)
	}
	return nil
}
