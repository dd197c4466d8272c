package term

import (
	"fmt"
	"reflect"
	"sync/atomic"

	"github.com/starlang-go/starlang/term/msgp"
)

// The extension codes that this project uses. MessagePack keeps the negative
// ones for itself; the others up to 31 are kept for this project, 32 to 127 are
// for programs.
const (
	ExtTime       int8 = -1 // MessagePack's timestamp
	ExtTypeName   int8 = 1  // the wire name of the value that follows
	ExtAtom       int8 = 2
	ExtPID        int8 = 3
	ExtRef        int8 = 4
	ExtExitReason int8 = 5

	MinUserExt int8 = 32  // the first code that is free for programs
	MaxUserExt int8 = 127 // the last one
)

// Ext is an extension whose code nobody registered here. It can be sent on.
type Ext struct {
	Code int8   // not one that [RegisterExt] knows, nor [ExtTypeName]
	Data string // its content; a string because it never changes
}

var _ Appender = Ext{}

// AppendTerm implements [Appender].
func (e Ext) AppendTerm(dst []byte) ([]byte, error) {
	if e.Code == ExtTypeName {
		return dst, errTypeName
	}
	return append(msgp.AppendExtHeader(dst, e.Code, len(e.Data)), e.Data...), checkLen(len(e.Data))
}

// ParseTerm implements [Parser].
func (e *Ext) ParseTerm(r *Reader) error {
	code, n, err := r.ReadExtHeader()
	if err != nil {
		return err
	}
	if code == ExtTypeName {
		return errTypeName
	}
	data, err := r.ReadN(n)
	*e = Ext{code, string(data)}
	return err
}

var errTypeName = fmt.Errorf("%w: a type name is no value", ErrMismatch)

// ImmutableTerm marks an Ext as free to share between processes.
func (Ext) ImmutableTerm() {}

// exts finds types by their extension codes.
var exts extTable

type extTable [256]atomic.Pointer[plan]

func (t *extTable) find(code int8) *plan   { return t[uint8(code)].Load() }
func (t *extTable) set(code int8, p *plan) { t[uint8(code)].Store(p) }

// RegisterExt makes every extension of the given code decode as a T where no Go
// type is asked for, so that a T travels as itself through an interface. T, or
// *T, must implement [Appender] and write an extension of this code, and *T must
// implement [Parser]. The code is one that this project keeps for T, or between
// [MinUserExt] and [MaxUserExt].
//
// The same pair again is fine. A code or type that is registered as something
// else is an [ErrTaken].
func RegisterExt[T any](code int8) error {
	t := reflect.TypeFor[T]()
	if selfCodingOf(t) != termCoding {
		return fmt.Errorf("term: register %v as extension %d: it must implement term.Appender, and *%v term.Parser", t, code, t)
	}
	if code < 0 || code == ExtTypeName {
		return fmt.Errorf("term: register %v as extension %d: the code is kept for another use", t, code)
	}
	p := planFor(t)
	names.mu.Lock()
	defer names.mu.Unlock()
	form, other := p.wire.Load(), exts.find(code)
	switch {
	case other == p:
		return nil
	case other != nil:
		return fmt.Errorf("term: register %s as extension %d: the code is %w for %s", fullName(t), code, ErrTaken, fullName(other.typ))
	case form != nil:
		return fmt.Errorf("term: register %s as extension %d: %s is %w as %v", fullName(t), code, fullName(t), ErrTaken, form)
	}
	p.wire.Store(&wireForm{plan: p, make: zeroOf[T], natural: true, ext: true, code: code})
	exts.set(code, p)
	return nil
}
