// Package text prints values of the program in a bounded way. Package fmt follows a
// map that contains itself until the stack is exhausted, which nothing can recover
// from, and prints however much there is. What a report or a look at a process shows
// is printed here.
package text

import (
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/starlang-go/starlang/term"
)

// The bounds of what is printed.
const (
	// MaxDepth is how deep a value is looked into.
	MaxDepth = 6
	// MaxReportBytes bounds a value in a report.
	MaxReportBytes = 4 << 10
	// MaxStateBytes bounds what a look at a process shows.
	MaxStateBytes = 64 << 10
)

// Of returns v as the verb %+v of package fmt prints it, as far as the bounds allow.
func Of(v any, maxBytes int) string {
	if s, ok := own(v); ok {
		return Cut(s, maxBytes)
	}
	p := printer{left: maxBytes}
	p.value(reflect.ValueOf(v), 0)
	return p.String()
}

// Panic returns the text of what a panic was called with.
func Panic(v any) string { return "panic: " + Of(v, MaxReportBytes) }

// Error returns the text of err, see [term.ErrorText].
func Error(err error, maxBytes int) string { return Cut(term.ErrorText(err), maxBytes) }

// Types returns the types of which v is made, and none of its values: they may be
// secret.
func Types(v any, maxBytes int) string {
	p := printer{left: maxBytes, typesOnly: true}
	p.value(reflect.ValueOf(v), 0)
	return p.String()
}

// Fits reports whether all of v can be shown in maxBytes.
func Fits(v any, maxBytes int) bool {
	p := printer{left: maxBytes}
	p.value(reflect.ValueOf(v), 0)
	return !p.full()
}

// Cut returns s, shortened to maxBytes if it is longer.
func Cut(s string, maxBytes int) string {
	if len(s) <= maxBytes {
		return s
	}
	for maxBytes > 0 && !utf8.RuneStart(s[maxBytes]) {
		maxBytes--
	}
	return s[:maxBytes] + "…"
}

// own returns what v itself says that its text is. The methods are the program's: a
// panic in one of them is printed in place of the text, as fmt does it.
func own(v any) (s string, ok bool) {
	defer func() {
		if recover() == nil {
			return
		}
		if p := reflect.ValueOf(v); p.Kind() == reflect.Pointer && p.IsNil() {
			s, ok = "<nil>", true
			return
		}
		s, ok = fmt.Sprintf("%T (its text: panic)", v), true
	}()
	switch v := v.(type) {
	case error:
		return v.Error(), true
	case fmt.Stringer:
		return v.String(), true
	}
	return "", false
}

// printer prints values until it has no room left.
type printer struct {
	strings.Builder
	left      int
	typesOnly bool
}

func (p *printer) add(s string) {
	if p.left < 0 {
		return
	}
	if len(s) > p.left {
		s = Cut(s, p.left)
		p.left = 0 // nothing follows
	}
	p.WriteString(s)
	if p.left -= len(s); p.left <= 0 {
		p.left = -1
	}
}

func (p *printer) full() bool { return p.left < 0 }
