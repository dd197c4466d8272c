package callbacks_test

import (
	"maps"
	"sync/atomic"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

func init() { maps.Copy(entries, values) }

// values are the callbacks of values that bring their own form.
var values = map[string]entry{
	"term.Appender":     sent(func(wrong func()) any { return writer{wrong} }),
	"term.Parser":       parsed(func() any { return reader{} }),
	"term.Codec.Append": sent(func(wrong func()) any { return foreign{append: wrong} }),
	"term.Codec.Clone": own(func(ctx *runtime.Context, wrong func()) {
		_ = ctx.Send(ctx.PID(), foreign{clone: wrong})
	}),
	"term.Codec.Parse": parsed(func() any { return foreign{} }),
	"term.Immutable":   {none: "its method is never called"},
}

// sent is the entry of a method that is called when a value is sent to another node.
func sent(value func(wrong func()) any) entry {
	return entry{attack: func(w *world, wrong func()) {
		to := make(chan pid.PID, 1)
		w.run(w.there, func(ctx *runtime.Context) error { to <- ctx.PID(); return nil })
		p := <-to
		w.spawn(func(ctx *runtime.Context) error { return ctx.Send(p, value(wrong)) })
	}}
}

// writer writes its own form.
type writer struct{ wrong func() }

func (w writer) AppendTerm(dst []byte) ([]byte, error) { w.wrong(); return term.AppendInt(dst, 1), nil }
func (*writer) ParseTerm(*term.Reader) error           { return nil }

// reader reads its own form, and does what is current meanwhile.
type reader struct{}

// current is what values do that cannot say it themselves, since a value that has a function
// in it can neither be sent nor copied.
var current atomic.Pointer[func()]

func doCurrent() { (*current.Load())() }

func (reader) AppendTerm(dst []byte) ([]byte, error) { return term.AppendInt(dst, 1), nil }
func (*reader) ParseTerm(r *term.Reader) error {
	doCurrent()
	_, err := r.ReadInt()
	return err
}

// parsed is the entry of a method that is called when a value arrives from another node: in
// whatever signal, it costs that alone. The value calls doCurrent.
func parsed(value func() any) entry {
	return entry{attack: func(w *world, wrong func()) {
		current.Store(&wrong)
		w.run(w.there, func(ctx *runtime.Context) error { return ctx.Send(w.bystander, value()) })
	}}
}

// foreign is a value that travels by a codec, and does what it is told meanwhile.
type foreign struct{ append, clone func() }

func do(f func()) {
	if f != nil {
		f()
	}
}

var foreignCodec = term.Codec[foreign]{
	Append: func(dst []byte, v foreign) ([]byte, error) { do(v.append); return term.AppendInt(dst, 1), nil },
	Parse: func(r *term.Reader) (foreign, error) {
		doCurrent()
		_, err := r.ReadInt()
		return foreign{}, err
	},
	Clone: func(v foreign) (foreign, error) { do(v.clone); return v, nil },
}
