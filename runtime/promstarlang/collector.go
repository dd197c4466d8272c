package promstarlang

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/internal/metrics"
)

// MaxTypes is how many values the labels type and supervisor have each; what is more is
// "other".
const MaxTypes = metrics.MaxTypes

// Collector has the metrics of a runtime.
type Collector struct {
	rt     *runtime.Runtime
	remove func()
	events *events

	conns conns

	processes, zombies, names, timers, mailbox, spawned, exited, received, alarms *prometheus.Desc
}

var _ prometheus.Collector = (*Collector)(nil)

// Setup returns the metrics of a runtime, which are counted from now on, or since the
// runtime was made where it counts itself. Close ends it.
func Setup(rt *runtime.Runtime) (*Collector, error) {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("starlang_"+name, help, labels, nil)
	}
	c := &Collector{
		rt: rt, events: newEvents(), conns: newConns(),
		processes: desc("processes", "Processes that are there.", "state"),
		zombies:   desc("zombies", "Dead processes whose goroutine still runs."),
		names:     desc("names", "Registered names."),
		timers:    desc("timers", "Timers that run."),
		mailbox:   desc("mailbox_length", "Messages that wait in mailboxes."),
		spawned:   desc("process_spawned_total", "Processes spawned."),
		exited:    desc("process_exited_total", "Processes ended.", "reason"),
		received:  desc("messages_received_total", "Messages received."),
		alarms:    desc("alarms", "Active alarms, if the node is inspected.", "alarm"),
	}
	c.remove = rt.AddTracer(c.events)
	return c, nil
}

// Close ends the counting of events. A second Close does nothing.
func (c *Collector) Close() { c.remove() }

// Describe implements [prometheus.Collector].
func (c *Collector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		c.processes, c.zombies, c.names, c.timers, c.mailbox, c.spawned, c.exited, c.received, c.alarms,
	} {
		to <- d
	}
	c.conns.describe(to)
	for _, e := range c.events.collectors() {
		e.Describe(to)
	}
}

// Collect implements [prometheus.Collector].
func (c *Collector) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	counter := func(d *prometheus.Desc, v uint64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...)
	}
	states, waiting := metrics.Processes(c.rt)
	for state, n := range states {
		gauge(c.processes, float64(n), state)
	}
	s := c.rt.Stats()
	gauge(c.zombies, float64(s.Zombies))
	gauge(c.names, float64(s.Names))
	gauge(c.timers, float64(s.Timers))
	gauge(c.mailbox, float64(waiting))
	counter(c.spawned, s.Spawned)
	counter(c.exited, s.Normal, "normal")
	counter(c.exited, s.ShutDown, "shutdown")
	counter(c.exited, s.Killed, "killed")
	counter(c.exited, s.Failed, "failed")
	counter(c.received, s.Received)
	for kind, n := range metrics.Alarms(context.Background(), c.rt) {
		gauge(c.alarms, float64(n), string(kind))
	}
	c.conns.collect(c.rt, to)
	for _, e := range c.events.collectors() {
		e.Collect(to)
	}
}
