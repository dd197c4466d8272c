package otelstarlang

import (
	"context"
	"path"
	"reflect"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/inspect"
	"github.com/starlang-go/starlang/runtime/internal/metrics"
)

// The attributes of spans.
const (
	// KeyType is the type of the message.
	KeyType = attribute.Key("starlang.type")
	// KeyServer is the type of the server, or the function of a task.
	KeyServer = attribute.Key("starlang.server")
	// KeyPID is the process that sends, or handles.
	KeyPID = attribute.Key("starlang.pid")
	// KeyTo is whom a message is sent to.
	KeyTo = attribute.Key("starlang.to")
	// KeyNode is the node of the process.
	KeyNode = attribute.Key("starlang.node")
)

// traceparent is what travels in any case.
const traceparent = "traceparent"

// spans makes the spans of a runtime.
type spans struct {
	tracer      trace.Tracer
	wire        propagation.TextMapPropagator
	onlyInSpans bool
	closed      *atomic.Bool
	node        string
}

var _ runtime.SpanPropagator = (*spans)(nil)

// Inject implements [runtime.Propagator]. What is too long is left out, but for the
// traceparent.
func (s *spans) Inject(ctx context.Context, carried map[string]string) {
	s.wire.Inject(ctx, propagation.MapCarrier(carried))
	size := 0
	for k, v := range carried {
		size += len(k) + len(v)
	}
	if size <= runtime.MaxCarriedBytes {
		return
	}
	for k := range carried {
		if k != traceparent {
			delete(carried, k)
		}
	}
}

// Extract implements [runtime.Propagator].
func (s *spans) Extract(ctx context.Context, carried map[string]string) context.Context {
	return s.wire.Extract(ctx, propagation.MapCarrier(carried))
}

// Sending implements [runtime.SpanPropagator].
func (s *spans) Sending(ctx context.Context, m runtime.Sending) runtime.Span {
	typ := reflect.TypeOf(m.Value)
	if !s.wants(ctx, m.Kind, typ) {
		return nil
	}
	kind := trace.SpanKindProducer
	if m.Kind == runtime.SpanCall {
		kind = trace.SpanKindClient
	}
	attrs := []attribute.KeyValue{KeyTo.String(m.To.String())}
	return s.start(ctx, m.Kind+" "+metrics.TypeName(typ), m.From, trace.WithSpanKind(kind), trace.WithAttributes(attrs...), typeAttr(typ))
}

// Handling implements [runtime.SpanPropagator].
func (s *spans) Handling(ctx context.Context, h runtime.Handling) runtime.Span {
	typ := reflect.TypeOf(h.Value)
	if !s.wants(ctx, h.Kind, typ) {
		return nil
	}
	server := trace.WithAttributes(KeyServer.String(h.Type))
	switch h.Kind {
	case runtime.SpanCall:
		return s.start(ctx, "handle "+metrics.TypeName(typ), h.PID, trace.WithSpanKind(trace.SpanKindServer), server, typeAttr(typ))
	case runtime.SpanTask:
		return s.start(ctx, "task "+path.Base(h.Type), h.PID, trace.WithSpanKind(trace.SpanKindInternal), server)
	}
	link := trace.Link{SpanContext: trace.SpanContextFromContext(ctx)}
	return s.start(ctx, "handle "+metrics.TypeName(typ), h.PID,
		trace.WithSpanKind(trace.SpanKindConsumer), trace.WithLinks(link), server, typeAttr(typ))
}

// wants reports whether there is a span for something of a kind, with ctx.
func (s *spans) wants(ctx context.Context, kind string, typ reflect.Type) bool {
	if s.closed.Load() || isInspect(typ) {
		return false
	}
	return kind == runtime.SpanCall && !s.onlyInSpans || trace.SpanContextFromContext(ctx).IsValid()
}

func (s *spans) start(ctx context.Context, name string, p pid.PID, opts ...trace.SpanStartOption) runtime.Span {
	attrs := []attribute.KeyValue{KeyNode.String(s.node)}
	if !p.IsZero() {
		attrs = append(attrs, KeyPID.String(p.String()))
	}
	in, span := s.tracer.Start(ctx, name, append(opts, trace.WithAttributes(attrs...))...)
	return active{span, in, s.wire}
}

// active is a span that has begun.
type active struct {
	span trace.Span
	in   context.Context // has what came with the message beside the span, such as baggage
	wire propagation.TextMapPropagator
}

// Context implements [runtime.Span].
func (a active) Context(parent context.Context) context.Context {
	carried := propagation.MapCarrier{}
	a.wire.Inject(a.in, carried)
	return trace.ContextWithSpan(a.wire.Extract(parent, carried), a.span)
}

// End implements [runtime.Span]. Reasons that are no failure are no errors.
func (a active) End(err error) {
	reason, is := err.(signal.ExitReason) // wrapped, it is that of another process
	if err != nil && (!is || reason.IsFailure()) {
		a.span.SetStatus(codes.Error, err.Error())
	}
	a.span.End()
}

// isInspect reports whether values of a type are what those ask who look at a node: they
// want to see no spans of themselves.
func isInspect(typ reflect.Type) bool { return typ != nil && typ.PkgPath() == inspectPackage }

var inspectPackage = reflect.TypeFor[inspect.Top]().PkgPath()

func typeAttr(typ reflect.Type) trace.SpanStartEventOption {
	return trace.WithAttributes(KeyType.String(metrics.TypeName(typ)))
}
