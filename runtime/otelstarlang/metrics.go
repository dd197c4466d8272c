package otelstarlang

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/internal/metrics"
)

// MaxTypes is how many values the attributes type and supervisor have each; what is more is
// "other".
const MaxTypes = metrics.MaxTypes

// seconds are the bounds of the durations' buckets.
var seconds = metric.WithExplicitBucketBoundaries(1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10)

// events counts what the runtime tells of and does not count itself.
type events struct {
	runtime.NopTracer
	servers, requests, crashing, supervisors metrics.Values

	crashes, dropped, restarts metric.Int64Counter
	calls, handled, waited     metric.Float64Histogram
}

var _ runtime.HandleTracer = (*events)(nil)

// newEvents makes the instruments.
func newEvents(m metric.Meter) (*events, error) {
	var errs []error
	counter := func(name, help string) metric.Int64Counter {
		c, err := m.Int64Counter("starlang."+name, metric.WithDescription(help))
		errs = append(errs, err)
		return c
	}
	duration := func(name, help string) metric.Float64Histogram {
		h, err := m.Float64Histogram("starlang."+name, metric.WithDescription(help), metric.WithUnit("s"), seconds)
		errs = append(errs, err)
		return h
	}
	e := &events{
		crashes:  counter("process.crashes", "Processes that have ended by a failure of their own."),
		dropped:  counter("messages.dropped", "Messages dropped by a bounded mailbox, or lost by a timer."),
		restarts: counter("supervisor.restarts", "Children that supervisors have restarted."),
		calls:    duration("call.duration", "From a call to its end."),
		handled:  duration("server.handle.duration", "How long a server's method has taken."),
		waited:   duration("server.queue.duration", "From when a message was sent until a server handles it, of one in 16 of this node."),
	}
	return e, errors.Join(errs...)
}

func with(pairs ...attribute.KeyValue) metric.MeasurementOption {
	return metric.WithAttributeSet(attribute.NewSet(pairs...))
}

// Crashed implements [runtime.Tracer].
func (e *events) Crashed(c runtime.Crash) {
	e.crashes.Add(context.Background(), 1, with(attribute.String("type", e.crashing.Of(c.Type))))
}

// Dropped implements [runtime.Tracer].
func (e *events) Dropped(_ pid.Address, _ runtime.Message, why error) {
	e.dropped.Add(context.Background(), 1, with(attribute.String("why", metrics.WhyDropped(why))))
}

// CallEnded implements [runtime.Tracer].
func (e *events) CallEnded(c runtime.Called) {
	e.calls.Record(context.Background(), c.Took.Seconds(), with(
		attribute.String("type", e.requests.Of(metrics.TypeName(c.Type))), attribute.String("outcome", metrics.Outcome(c.Err))))
}

// Restarted implements [runtime.Tracer].
func (e *events) Restarted(r runtime.Restarted) {
	e.restarts.Add(context.Background(), 1, with(attribute.String("supervisor", e.supervisors.Of(r.Name))))
}

// Handled implements [runtime.HandleTracer].
func (e *events) Handled(h runtime.Handled) {
	typ := attribute.String("type", e.servers.Of(h.Type))
	e.handled.Record(context.Background(), h.Took.Seconds(), with(typ, attribute.String("kind", h.Kind)))
	if h.Waited > 0 {
		e.waited.Record(context.Background(), h.Waited.Seconds(), with(typ))
	}
}
