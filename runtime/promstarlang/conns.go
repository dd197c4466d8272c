package promstarlang

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

// conns are the metrics of the connections to other nodes.
type conns []conn

// conn is one of these metrics.
type conn struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	of   func(remote.ConnInfo) float64
}

func newConns() conns {
	metric := func(name, help string, kind prometheus.ValueType, of func(remote.ConnInfo) float64) conn {
		return conn{prometheus.NewDesc("starlang_conn_"+name, help, []string{"peer"}, nil), kind, of}
	}
	const total, now = prometheus.CounterValue, prometheus.GaugeValue
	return conns{
		metric("bytes_in_total", "Bytes received.", total, func(c remote.ConnInfo) float64 { return float64(c.BytesIn) }),
		metric("bytes_out_total", "Bytes sent.", total, func(c remote.ConnInfo) float64 { return float64(c.BytesOut) }),
		metric("messages_in_total", "Messages received.", total, func(c remote.ConnInfo) float64 { return float64(c.MessagesIn) }),
		metric("messages_out_total", "Messages sent.", total, func(c remote.ConnInfo) float64 { return float64(c.MessagesOut) }),
		metric("dropped_total", "Messages that arrived and nobody got.", total, func(c remote.ConnInfo) float64 { return float64(c.Dropped) }),
		metric("queue_bytes", "Bytes sent and not yet handed to the operating system.", now, func(c remote.ConnInfo) float64 { return float64(c.Queue) }),
		metric("waiting_bytes", "Bytes arrived that wait for room in a mailbox, or to be decoded.", now,
			func(c remote.ConnInfo) float64 { return float64(c.Waiting) }),
		metric("rtt_seconds", "The last heartbeat's round trip.", now, func(c remote.ConnInfo) float64 { return c.RoundTrip.Seconds() }),
	}
}

func (all conns) describe(to chan<- *prometheus.Desc) {
	for _, m := range all {
		to <- m.desc
	}
}

// collect tells of the connections, if rt is a node.
func (all conns) collect(rt *runtime.Runtime, to chan<- prometheus.Metric) {
	n := remote.Of(rt)
	if n == nil {
		return
	}
	for _, c := range n.Stats().Conns {
		for _, m := range all {
			to <- prometheus.MustNewConstMetric(m.desc, m.kind, m.of(c), c.Node)
		}
	}
}
