package promstarlang

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/starlang-go/starlang/runtime"
)

// MaxTypes is how many values the labels type and supervisor have each; what is more is
// "other".
const MaxTypes = 200

// other is the value of a label for what is too much.
const other = "other"

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
	states, waiting := map[string]int{"running": 0, "exiting": 0, "sleeping": 0}, uint64(0)
	for b := range c.rt.Brief() {
		state := b.State.String()
		if b.Hibernating {
			state = "sleeping"
		}
		states[state]++
		waiting += uint64(b.QueueLen)
	}
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
	for kind, n := range activeAlarms(c.rt) {
		gauge(c.alarms, float64(n), string(kind))
	}
	c.conns.collect(c.rt, to)
	for _, e := range c.events.collectors() {
		e.Collect(to)
	}
}

// values are those of a label, of which there are few.
type values struct {
	mu   sync.Mutex
	seen map[string]struct{} // guarded by mu
}

// label returns name, or other.
func (t *values) label(name string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.seen[name]; ok {
		return name
	}
	if len(t.seen) >= MaxTypes {
		return other
	}
	if t.seen == nil {
		t.seen = make(map[string]struct{})
	}
	t.seen[name] = struct{}{}
	return name
}
