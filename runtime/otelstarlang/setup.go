package otelstarlang

import (
	"fmt"
	"sync/atomic"

	"go.opentelemetry.io/otel/metric"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/starlang-go/starlang/runtime"
)

// scope is the name of what makes the spans and the metrics.
const scope = "github.com/starlang-go/starlang/runtime/otelstarlang"

// Option is an option of [Setup].
type Option func(*config)

type config struct {
	traces      trace.TracerProvider
	metrics     metric.MeterProvider
	propagator  propagation.TextMapPropagator
	onlyInSpans bool
}

// WithTracerProvider says who makes the spans. Without it there are none, and the trace
// that something came with is passed on.
func WithTracerProvider(p trace.TracerProvider) Option { return func(c *config) { c.traces = p } }

// WithMeterProvider says who takes the metrics. Without it there are none.
func WithMeterProvider(p metric.MeterProvider) Option { return func(c *config) { c.metrics = p } }

// WithPropagator says what travels with messages, at most [runtime.MaxCarriedBytes] with
// each. Without it that is the W3C trace context: traceparent and tracestate.
func WithPropagator(p propagation.TextMapPropagator) Option {
	return func(c *config) { c.propagator = p }
}

// OnlyInSpans leaves out the spans of calls that are made, or come, where no span is
// active: else each of them begins a trace.
func OnlyInSpans() Option { return func(c *config) { c.onlyInSpans = true } }

// Instrumentation is what [Setup] has set up.
type Instrumentation struct {
	remove func()
	meter  metric.Registration
	closed *atomic.Bool
}

// Setup makes a runtime tell of what it does. A runtime can be set up once: its
// propagator stays, so that the error of a second time is [runtime.ErrPropagatorSet].
func Setup(rt *runtime.Runtime, opts ...Option) (*Instrumentation, error) {
	c := config{traces: tracenoop.NewTracerProvider(), propagator: propagation.TraceContext{}}
	for _, opt := range opts {
		opt(&c)
	}
	o := &Instrumentation{remove: func() {}, closed: new(atomic.Bool)}
	s := &spans{tracer: c.traces.Tracer(scope), wire: c.propagator, onlyInSpans: c.onlyInSpans, closed: o.closed, node: rt.Node().Name()}
	if err := rt.SetPropagator(s); err != nil {
		return nil, fmt.Errorf("otelstarlang: %w", err)
	}
	if c.metrics == nil {
		return o, nil
	}
	if _, none := c.metrics.(metricnoop.MeterProvider); none {
		return o, nil
	}
	if err := o.measure(rt, c.metrics.Meter(scope)); err != nil {
		return nil, fmt.Errorf("otelstarlang: %w", err)
	}
	return o, nil
}

// Close ends spans and metrics; the trace that something came with is still passed on. A
// second Close does nothing.
func (o *Instrumentation) Close() error {
	if o.closed.Swap(true) {
		return nil
	}
	o.remove()
	if o.meter == nil {
		return nil
	}
	return o.meter.Unregister()
}
