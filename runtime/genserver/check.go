package genserver

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
)

// callback is a method that the loop calls if a server has it.
type callback struct {
	name string
	// find looks the method up. Each has the name as a constant, so that the linker need
	// not keep every method of the program.
	find  func(reflect.Type) (reflect.Method, bool)
	iface reflect.Type
	makes bool // a value with this method is a server
}

var callbacks = []callback{
	{"Init", func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("Init") }, reflect.TypeFor[Initializer](), true},
	{"HandleCall", func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("HandleCall") }, reflect.TypeFor[CallHandler](), true},
	{"HandleCast", func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("HandleCast") }, reflect.TypeFor[CastHandler](), true},
	{"HandleInfo", func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("HandleInfo") }, reflect.TypeFor[InfoHandler](), true},
	{"HandleContinue", func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("HandleContinue") }, reflect.TypeFor[ContinueHandler](), true},
	{"HandleTimeout", func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("HandleTimeout") }, reflect.TypeFor[TimeoutHandler](), true},
	{"Terminate", func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("Terminate") }, reflect.TypeFor[Terminator](), true},
	{"HandleControl", func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("HandleControl") }, reflect.TypeFor[ControlHandler](), true},
	{"Handlers", func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("Handlers") }, reflect.TypeFor[Handled](), true},
	{"FormatState", func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("FormatState") }, reflect.TypeFor[StateFormatter](), false},
	{"SnapshotState", func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("SnapshotState") }, reflect.TypeFor[StateSnapshotter](), false},
	{"FormatMessage", func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("FormatMessage") }, reflect.TypeFor[MessageFormatter](), false},
	{"ReplaceState", func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("ReplaceState") }, reflect.TypeFor[StateReplacer](), false},
}

// checked are the results of checkType by type: a program has few types of servers, and
// may start very many of each.
var checked sync.Map

// checkResult is what is known of a type of servers.
type checkResult struct {
	handlers *handlerTable // nil: none
	err      error         // why it is no server
}

// checkServer returns the typed handlers of v, and why v cannot be a server, nil if it
// can.
func checkServer(v any) (*handlerTable, error) {
	t := reflect.TypeOf(v)
	if t == nil {
		return nil, fmt.Errorf("nil has %w", ErrNoServer)
	}
	if t.Kind() == reflect.Pointer && reflect.ValueOf(v).IsNil() {
		return nil, fmt.Errorf("nil %v has %w", t, ErrNoServer)
	}
	if f, ok := v.(*funcServer); ok {
		return f.On.table, f.On.checkFor(t)
	}
	if known, ok := checked.Load(t); ok {
		r := known.(checkResult)
		return r.handlers, r.err
	}
	r := checkResult{err: checkType(t)}
	if r.err == nil {
		r.handlers, r.err = handlersOf(t)
	}
	checked.Store(t, r)
	return r.handlers, r.err
}

func checkType(t reflect.Type) error {
	is := false
	for _, c := range callbacks {
		m, has := c.find(t)
		if has && !t.Implements(c.iface) {
			want, _ := c.find(c.iface)
			return fmt.Errorf("%w: %v has %s%s, a server's is %s%s", ErrSignature, t, c.name, signatureOf(m), c.name, signatureText(want.Type))
		}
		is = is || has && c.makes
	}
	switch {
	case is:
		return nil
	case t.Kind() != reflect.Pointer && checkType(reflect.PointerTo(t)) == nil:
		return fmt.Errorf("%v has %w: its methods are those of a *%v", t, ErrNoServer, t)
	}
	return fmt.Errorf("%v has %w", t, ErrNoServer)
}

// signatureOf returns the parameters and results of a method, without its receiver.
func signatureOf(m reflect.Method) string {
	var in, out []reflect.Type
	for i := 1; i < m.Type.NumIn(); i++ {
		in = append(in, m.Type.In(i))
	}
	for i := range m.Type.NumOut() {
		out = append(out, m.Type.Out(i))
	}
	return signatureText(reflect.FuncOf(in, out, m.Type.IsVariadic()))
}

// signatureText returns a function type as it stands behind a method's name.
func signatureText(t reflect.Type) string {
	return strings.ReplaceAll(strings.TrimPrefix(t.String(), "func"), "interface {}", "any")
}
