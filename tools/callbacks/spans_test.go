package callbacks_test

import (
	"context"
	"maps"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

func init() { maps.Copy(entries, spans) }

// spans are the callbacks of who follows requests over processes.
var spans = map[string]entry{
	"runtime.SpanPropagator": spanned(func(wrong func()) runtime.SpanPropagator {
		return spanPropagator{propagator{func() {}}, wrong, span{func() {}}}
	}),
	"runtime.Span": spanned(func(wrong func()) runtime.SpanPropagator {
		return spanPropagator{propagator{func() {}}, func() {}, span{wrong}}
	}),
	"runtime.HandleTracer": {
		attack: func(w *world, wrong func()) {
			w.rt().AddTracer(handleTracer{wrong: wrong})
			w.spawn(serveOne)
		},
		except: mayNot[:2],
	},
}

// spanned is the entry of spans, which go wrong at a process of here that calls a server, and
// at that server.
func spanned(with func(wrong func()) runtime.SpanPropagator) entry {
	return entry{attack: func(w *world, wrong func()) {
		require.NoError(w, w.rt().SetPropagator(with(wrong)))
		w.spawn(serveOne)
	}}
}

// serveOne has a server handle a call.
func serveOne(ctx *runtime.Context) error {
	one := genserver.Funcs{Call: func(*genserver.Context, genserver.From, any) (any, error) { return 1, nil }}
	p, err := genserver.Start(ctx, one, genserver.Options{})
	if err != nil {
		return err
	}
	_, _ = genserver.CallAs[int](bounded(ctx), p, 1)
	return nil
}

// spanPropagator makes the same span of everything.
type spanPropagator struct {
	propagator
	wrong func()
	span  span
}

func (s spanPropagator) Sending(context.Context, runtime.Sending) runtime.Span {
	s.wrong()
	return s.span
}

func (s spanPropagator) Handling(context.Context, runtime.Handling) runtime.Span {
	s.wrong()
	return s.span
}

type span struct{ wrong func() }

func (s span) Context(parent context.Context) context.Context { s.wrong(); return parent }
func (s span) End(error)                                      { s.wrong() }

type handleTracer struct {
	runtime.NopTracer
	wrong func()
}

func (t handleTracer) Handled(runtime.Handled) { t.wrong() }
