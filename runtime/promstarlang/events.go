package promstarlang

import (
	"strings"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/starlang-go/starlang/runtime"
)

// events counts what the runtime tells of and does not count itself.
type events struct {
	runtime.NopTracer
	types    types
	spawns   sync.Map // type by PID, of processes that are there
	crashes  *prometheus.CounterVec
	calls    *prometheus.HistogramVec
	restarts prometheus.Counter
}

func newEvents() *events {
	return &events{
		types: types{seen: make(map[string]struct{})},
		crashes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "starlang_process_crashes_total", Help: "Processes that have ended by a failure of their own.",
		}, []string{"type"}),
		calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "starlang_call_duration_seconds", Help: "From a call to its end.",
			Buckets: prometheus.ExponentialBuckets(1e-6, 10, 8),
		}, []string{"outcome"}),
		restarts: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "starlang_supervisor_restarts_total", Help: "Children that supervisors have restarted.",
		}),
	}
}

func (e *events) collectors() []prometheus.Collector {
	return []prometheus.Collector{e.crashes, e.calls, e.restarts}
}

// Spawned implements [runtime.Tracer].
func (e *events) Spawned(s runtime.Spawned) {
	function, _, _ := strings.Cut(s.Function, " ") // without the place
	e.spawns.Store(s.PID, e.types.label(function))
}

// Exited implements [runtime.Tracer].
func (e *events) Exited(x runtime.Exited) {
	label, known := e.spawns.LoadAndDelete(x.PID)
	if !x.Crashed {
		return
	}
	name := other // it was there before the counting began
	if known {
		name = label.(string)
	}
	e.crashes.WithLabelValues(name).Inc()
}

// CallEnded implements [runtime.Tracer].
func (e *events) CallEnded(c runtime.Called) {
	outcome := "answered"
	if c.Err != nil {
		outcome = "failed"
	}
	e.calls.WithLabelValues(outcome).Observe(c.Took.Seconds())
}

// Restarted implements [runtime.Tracer].
func (e *events) Restarted(runtime.Restarted) { e.restarts.Inc() }
