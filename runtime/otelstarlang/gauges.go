package otelstarlang

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/internal/metrics"
)

// gauges are the metrics that are looked at when they are asked for.
type gauges struct {
	rt   *runtime.Runtime
	all  []metric.Observable
	errs []error

	processes, zombies, names, timers, mailbox, alarms metric.Int64ObservableGauge
	spawned, exited, received                          metric.Int64ObservableCounter

	bytesIn, bytesOut, messagesIn, messagesOut, connDropped metric.Int64ObservableCounter
	queue, waiting                                          metric.Int64ObservableGauge
	roundTrip                                               metric.Float64ObservableGauge
}

// measure makes all metrics.
func (o *Instrumentation) measure(rt *runtime.Runtime, m metric.Meter) error {
	e, err := newEvents(m)
	if err != nil {
		return err
	}
	g := newGauges(rt, m)
	if err := errors.Join(g.errs...); err != nil {
		return err
	}
	if o.meter, err = m.RegisterCallback(g.observe, g.all...); err != nil {
		return err
	}
	o.remove = rt.AddTracer(e)
	return nil
}

func newGauges(rt *runtime.Runtime, m metric.Meter) *gauges {
	g := &gauges{rt: rt}
	g.processes = g.gauge(m, "processes", "Processes that are there.", "")
	g.zombies = g.gauge(m, "zombies", "Dead processes whose goroutine still runs.", "")
	g.names = g.gauge(m, "names", "Registered names.", "")
	g.timers = g.gauge(m, "timers", "Timers that run.", "")
	g.mailbox = g.gauge(m, "mailbox.length", "Messages that wait in mailboxes.", "")
	g.alarms = g.gauge(m, "alarms", "Active alarms, if the node is inspected.", "")
	g.spawned = g.counter(m, "process.spawned", "Processes spawned.", "")
	g.exited = g.counter(m, "process.exited", "Processes ended.", "")
	g.received = g.counter(m, "messages.received", "Messages received.", "")
	g.bytesIn = g.counter(m, "conn.bytes.in", "Bytes received.", "By")
	g.bytesOut = g.counter(m, "conn.bytes.out", "Bytes sent.", "By")
	g.messagesIn = g.counter(m, "conn.messages.in", "Messages received.", "")
	g.messagesOut = g.counter(m, "conn.messages.out", "Messages sent.", "")
	g.connDropped = g.counter(m, "conn.dropped", "Messages that arrived and nobody got.", "")
	g.queue = g.gauge(m, "conn.queue", "Bytes sent and not yet handed to the operating system.", "By")
	g.waiting = g.gauge(m, "conn.waiting", "Bytes arrived that wait for room in a mailbox, or to be decoded.", "By")
	rtt, err := m.Float64ObservableGauge("starlang.conn.rtt", metric.WithDescription("The last heartbeat's round trip."), metric.WithUnit("s"))
	g.roundTrip, g.all, g.errs = rtt, append(g.all, rtt), append(g.errs, err)
	return g
}

func (g *gauges) gauge(m metric.Meter, name, help, unit string) metric.Int64ObservableGauge {
	i, err := m.Int64ObservableGauge("starlang."+name, metric.WithDescription(help), metric.WithUnit(unit))
	g.all, g.errs = append(g.all, i), append(g.errs, err)
	return i
}

func (g *gauges) counter(m metric.Meter, name, help, unit string) metric.Int64ObservableCounter {
	i, err := m.Int64ObservableCounter("starlang."+name, metric.WithDescription(help), metric.WithUnit(unit))
	g.all, g.errs = append(g.all, i), append(g.errs, err)
	return i
}

// observe tells all numbers.
func (g *gauges) observe(ctx context.Context, o metric.Observer) error {
	g.observeProcesses(o)
	s := g.rt.Stats()
	o.ObserveInt64(g.zombies, int64(s.Zombies))
	o.ObserveInt64(g.names, int64(s.Names))
	o.ObserveInt64(g.timers, int64(s.Timers))
	o.ObserveInt64(g.spawned, int64(s.Spawned))
	o.ObserveInt64(g.received, int64(s.Received))
	reason := attribute.Key("reason")
	o.ObserveInt64(g.exited, int64(s.Normal), with(reason.String("normal")))
	o.ObserveInt64(g.exited, int64(s.ShutDown), with(reason.String("shutdown")))
	o.ObserveInt64(g.exited, int64(s.Killed), with(reason.String("killed")))
	o.ObserveInt64(g.exited, int64(s.Failed), with(reason.String("failed")))
	g.observeConns(o)
	g.observeAlarms(ctx, o)
	return nil
}

func (g *gauges) observeProcesses(o metric.Observer) {
	states, waiting := metrics.Processes(g.rt)
	for state, n := range states {
		o.ObserveInt64(g.processes, int64(n), with(attribute.String("state", state)))
	}
	o.ObserveInt64(g.mailbox, int64(waiting))
}

// observeConns tells of the connections, if the runtime is a node.
func (g *gauges) observeConns(o metric.Observer) {
	n := remote.Of(g.rt)
	if n == nil {
		return
	}
	for _, c := range n.Stats().Conns {
		peer := with(attribute.String("peer", c.Node))
		o.ObserveInt64(g.bytesIn, int64(c.BytesIn), peer)
		o.ObserveInt64(g.bytesOut, int64(c.BytesOut), peer)
		o.ObserveInt64(g.messagesIn, int64(c.MessagesIn), peer)
		o.ObserveInt64(g.messagesOut, int64(c.MessagesOut), peer)
		o.ObserveInt64(g.connDropped, int64(c.Dropped), peer)
		o.ObserveInt64(g.queue, int64(c.Queue), peer)
		o.ObserveInt64(g.waiting, int64(c.Waiting), peer)
		o.ObserveFloat64(g.roundTrip, c.RoundTrip.Seconds(), peer)
	}
}

// observeAlarms tells of the alarms, if the node is inspected.
func (g *gauges) observeAlarms(ctx context.Context, o metric.Observer) {
	for kind, n := range metrics.Alarms(ctx, g.rt) {
		o.ObserveInt64(g.alarms, int64(n), with(attribute.String("alarm", string(kind))))
	}
}
