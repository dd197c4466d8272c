package term

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/starlang-go/starlang/term/msgp"
)

// MaxErrorTextBytes is the length of the longest text of an error that travels.
// What is longer is cut.
const MaxErrorTextBytes = 64 << 10

// maxErrorNodes is how many errors of a tree are looked at: Unwrap may go round.
const maxErrorNodes = 100

var errorType = reflect.TypeFor[error]()

// CarriedError is an error as it travels, within a node as between nodes: its text
// and what is registered of it. It is immutable and made by [CarryError]; the zero
// CarriedError stands for nil.
//
// A struct field, a slice or a map of type error needs none: there the package
// carries every error by itself that has no wire name of its own.
type CarriedError struct {
	is    bool // else there is no error
	text  string
	self  string   // the code of the sentinel that it is, itself
	codes []string // of the sentinels that errors.Is finds in it, sorted
	found []any    // the errors in it that have a wire name, for errors.As
}

var (
	_ Appender  = CarriedError{}
	_ Parser    = (*CarriedError)(nil)
	_ Immutable = CarriedError{}
)

// CarryError returns what stands for err on its way to another process: the text, the
// sentinels that [RegisterError] knows and that err is for errors.Is, and the errors
// in its chain or tree whose types have a wire name, see [Register]. All else of err
// stays behind.
func CarryError(err error) CarriedError {
	if err == nil {
		return CarriedError{}
	}
	if a, ok := err.(*arrivedError); ok {
		return a.CarriedError // as it came, with what only others know
	}
	table := sentinels.all.Load()
	c := carrier{table: table, codes: map[string]bool{}}
	c.look(err)
	carried := CarriedError{is: true, text: ErrorText(err), codes: slices.Sorted(maps.Keys(c.codes)), found: c.found}
	if reflect.TypeOf(err).Comparable() {
		carried.self = c.codeOf(err)
	}
	return carried
}

// Err returns the error that arrives: nil for the zero CarriedError, the sentinel
// itself if that is what was sent, else an error with the same text that is, for
// errors.Is and errors.As, whatever was registered of the sent one and is registered
// here.
func (c CarriedError) Err() error {
	if !c.is {
		return nil
	}
	table := sentinels.all.Load()
	if sentinel := table.byCode[c.self]; sentinel != nil {
		return sentinel
	}
	a := &arrivedError{CarriedError: c}
	for _, v := range c.found {
		if err, ok := v.(error); ok {
			a.wraps = append(a.wraps, err)
		}
	}
	for _, code := range c.codes {
		if sentinel := table.byCode[code]; sentinel != nil {
			a.wraps = append(a.wraps, sentinel)
		}
	}
	return a
}

// Text returns the text of the error.
func (c CarriedError) Text() string { return c.text }

// AppendTerm implements [Appender]: an array of text, own code, codes and errors, an
// empty one for nil.
func (c CarriedError) AppendTerm(dst []byte) ([]byte, error) {
	if !c.is {
		return msgp.AppendArrayLen(dst, 0), nil
	}
	dst = msgp.AppendString(msgp.AppendString(msgp.AppendArrayLen(dst, 4), c.text), c.self)
	dst, err := AppendEncode(dst, c.codes)
	if err != nil {
		return dst, err
	}
	return AppendEncode(dst, c.found)
}

// ParseTerm implements [Parser].
func (c *CarriedError) ParseTerm(r *Reader) error {
	start := r.Offset()
	switch n, err := r.ReadArrayLen(); {
	case err != nil || n == 0:
		return err
	case n != 4:
		return r.Fail(start, fmt.Errorf("%w: an array of %d for an error", ErrMismatch, n))
	}
	c.is = true
	for _, part := range []any{&c.text, &c.self, &c.codes, &c.found} {
		if err := r.ReadInto(part); err != nil {
			return err
		}
	}
	return nil
}

// ImmutableTerm marks a CarriedError as free to share between processes.
func (CarriedError) ImmutableTerm() {}

// arrivedError is an error that has arrived from another process.
type arrivedError struct {
	CarriedError
	wraps []error
}

func (e *arrivedError) Error() string   { return e.text }
func (e *arrivedError) Unwrap() []error { return e.wraps }

// carrier collects what is registered of an error.
type carrier struct {
	table *sentinelTable
	codes map[string]bool
	found []any
	nodes int
}

func (c *carrier) codeOf(err error) string {
	if reflect.ValueOf(err).Comparable() {
		return c.table.codeOf[err]
	}
	return ""
}

// look looks at err and at what it wraps. A method of the program that panics ends
// it with what has been found until then.
func (c *carrier) look(err error) {
	defer func() { _ = recover() }()
	if c.nodes++; err == nil || c.nodes > maxErrorNodes {
		return
	}
	if code := c.codeOf(err); code != "" {
		c.codes[code] = true
	}
	if a, ok := err.(*arrivedError); ok {
		for _, code := range a.codes {
			c.codes[code] = true
		}
		c.found = append(c.found, a.found...)
		return
	}
	c.keep(err)
	c.ask(err)
	switch err := err.(type) {
	case interface{ Unwrap() error }:
		c.look(err.Unwrap())
	case interface{ Unwrap() []error }:
		for _, err := range err.Unwrap() {
			c.look(err)
		}
	}
}

// keep keeps err itself if its type has a wire name.
func (c *carrier) keep(err error) {
	p := planOf(err)
	if p.wire.Load() == nil || p.refused.Load() != nil {
		return
	}
	own, failed := Isolate(err)
	if failed != nil {
		return
	}
	if _, failed := AppendMessage(nil, own); failed == nil {
		c.found = append(c.found, own)
	}
}

// ask asks an error that has a method Is for each sentinel.
func (c *carrier) ask(err error) {
	is, ok := err.(interface{ Is(error) bool })
	if !ok {
		return
	}
	for code, sentinel := range c.table.byCode {
		if is.Is(sentinel) {
			c.codes[code] = true
		}
	}
}

// ErrorText returns the text of err for people: at most [MaxErrorTextBytes] of valid
// UTF-8, whatever its method does. A nil pointer that is an error by mistake, because
// a function returned a variable of type *E that was never set, says so.
func ErrorText(err error) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprintf("%T, whose method Error panicked", err)
			if v := reflect.ValueOf(err); v.Kind() == reflect.Pointer && v.IsNil() {
				text = fmt.Sprintf("a nil %T was returned as an error; return a plain nil if there is none", err)
			}
		}
	}()
	if err == nil {
		return "<nil>"
	}
	text = strings.ToValidUTF8(err.Error(), "\uFFFD")
	if len(text) > MaxErrorTextBytes {
		text = strings.ToValidUTF8(text[:MaxErrorTextBytes-len(cut)], "") + cut
	}
	return text
}
