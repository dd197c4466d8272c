package promstarlang

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/internal/metrics"
)

// events counts what the runtime tells of and does not count itself.
type events struct {
	runtime.NopTracer
	crashing, servers, requests, supervisors metrics.Values

	crashes, dropped, restarts *prometheus.CounterVec
	calls, handled, waited     *prometheus.HistogramVec
}

var _ runtime.HandleTracer = (*events)(nil)

func newEvents() *events {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "starlang_" + name, Help: help}, labels)
	}
	duration := func(name, help string, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "starlang_" + name, Help: help, Buckets: prometheus.ExponentialBuckets(1e-6, 10, 8),
		}, labels)
	}
	return &events{
		crashes:  counter("process_crashes_total", "Processes that have ended by a failure of their own.", "type"),
		dropped:  counter("messages_dropped_total", "Messages dropped by a bounded mailbox, or lost by a timer.", "why"),
		restarts: counter("supervisor_restarts_total", "Children that supervisors have restarted.", "supervisor"),
		calls:    duration("call_duration_seconds", "From a call to its end.", "type", "outcome"),
		handled:  duration("server_handle_duration_seconds", "How long a server's method has taken.", "type", "kind"),
		waited: duration("server_queue_duration_seconds",
			"From when a message was sent until a server handles it, of one in 16 of this node.", "type"),
	}
}

func (e *events) collectors() []prometheus.Collector {
	return []prometheus.Collector{e.crashes, e.dropped, e.restarts, e.calls, e.handled, e.waited}
}

// Crashed implements [runtime.Tracer].
func (e *events) Crashed(c runtime.Crash) { e.crashes.WithLabelValues(e.crashing.Of(c.Type)).Inc() }

// Dropped implements [runtime.Tracer].
func (e *events) Dropped(_ pid.Address, _ runtime.Message, why error) {
	e.dropped.WithLabelValues(metrics.WhyDropped(why)).Inc()
}

// CallEnded implements [runtime.Tracer].
func (e *events) CallEnded(c runtime.Called) {
	e.calls.WithLabelValues(e.requests.Of(metrics.TypeName(c.Type)), metrics.Outcome(c.Err)).Observe(c.Took.Seconds())
}

// Restarted implements [runtime.Tracer].
func (e *events) Restarted(r runtime.Restarted) {
	e.restarts.WithLabelValues(e.supervisors.Of(r.Name)).Inc()
}

// Handled implements [runtime.HandleTracer].
func (e *events) Handled(h runtime.Handled) {
	typ := e.servers.Of(h.Type)
	e.handled.WithLabelValues(typ, h.Kind).Observe(h.Took.Seconds())
	if h.Waited > 0 {
		e.waited.WithLabelValues(typ).Observe(h.Waited.Seconds())
	}
}
