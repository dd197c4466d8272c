package main

import (
	"fmt"
	"io"
	"sync/atomic"

	"github.com/starlang-go/starlang/runtime"
)

// counters are what the service has done since its start.
type counters struct {
	accepted, refused, delivered, failed atomic.Int64
}

// writeMetrics writes the page /metrics, in the text format of Prometheus.
func (s *service) writeMetrics(w io.Writer, rt *runtime.Runtime) {
	destinations, queued := s.outbox.waiting()
	for _, m := range []struct {
		name, kind, help string
		value            int64
	}{
		{"webhook_accepted_total", "counter", "Deliveries that were accepted.", s.count.accepted.Load()},
		{"webhook_refused_total", "counter", "Deliveries that were answered with 429.", s.count.refused.Load()},
		{"webhook_delivered_total", "counter", "Deliveries that were made.", s.count.delivered.Load()},
		{"webhook_failed_attempts_total", "counter", "Attempts that will be repeated.", s.count.failed.Load()},
		{"webhook_queued", "gauge", "Deliveries that wait.", int64(queued)},
		{"webhook_waiting_destinations", "gauge", "Destinations for which something waits.", int64(len(destinations))},
		{"webhook_processes", "gauge", "Processes of the program.", int64(rt.Len())},
	} {
		fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n%s %d\n", m.name, m.help, m.name, m.kind, m.name, m.value)
	}
}
