package inspect

import (
	"context"
	"math"
	goruntime "runtime"
	"runtime/metrics"
	"time"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

// Runtime asks for the numbers of the node and of the program that it runs in.
type Runtime struct{}

// Numbers is the answer to [Runtime].
type Numbers struct {
	Node       string        `json:"node"`
	Creation   uint32        `json:"creation"`
	Uptime     time.Duration `json:"uptime_ns"`
	Processes  int           `json:"processes"`
	Zombies    int           `json:"zombies"`
	Names      int           `json:"names"`
	Timers     int           `json:"timers"`
	Spawned    uint64        `json:"spawned"`
	Normal     uint64        `json:"exited_normal"`
	ShutDown   uint64        `json:"exited_shutdown"`
	Killed     uint64        `json:"exited_killed"`
	Failed     uint64        `json:"exited_failed"`
	Crashed    uint64        `json:"crashed"`
	Received   uint64        `json:"messages_received"`
	Dropped    uint64        `json:"messages_dropped"`
	Go         string        `json:"go"`
	Cores      int           `json:"gomaxprocs"`
	Goroutines int           `json:"goroutines"`
	HeapBytes  uint64        `json:"heap_bytes"`  // live and not yet swept objects
	StackBytes uint64        `json:"stack_bytes"` // of goroutines
	TotalBytes uint64        `json:"total_bytes"` // all that Go has from the operating system
	GCs        uint64        `json:"gc_cycles"`
	GCPause    time.Duration `json:"gc_pause_p99_ns"`
	Delay      time.Duration `json:"sched_delay_p99_ns"` // of goroutines that could run
}

func init() {
	term.MustRegister[Runtime]("inspect.Runtime")
	term.MustRegister[Numbers]("inspect.Numbers")
}

func (Runtime) answer(_ context.Context, n *node) (any, error) {
	v := fromStats(n.rt.Stats())
	v.Node, v.Creation, v.Uptime = n.rt.Node().Name(), n.rt.Node().ID().Creation(), n.rt.Uptime()
	v.Go, v.Cores = goruntime.Version(), goruntime.GOMAXPROCS(0)
	v.Goroutines = goruntime.NumGoroutine()
	samples := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"},
		{Name: "/memory/classes/total:bytes"}, {Name: "/gc/cycles/total:gc-cycles"},
		{Name: "/sched/pauses/total/gc:seconds"}, {Name: "/sched/latencies:seconds"},
	}
	metrics.Read(samples)
	for i, to := range []*uint64{&v.HeapBytes, &v.StackBytes, &v.TotalBytes, &v.GCs} {
		if samples[i].Value.Kind() == metrics.KindUint64 {
			*to = samples[i].Value.Uint64()
		}
	}
	v.GCPause, v.Delay = percentile99(samples[4].Value), percentile99(samples[5].Value)
	return v, nil
}

func fromStats(s runtime.Stats) Numbers {
	return Numbers{
		Processes: s.Processes, Zombies: s.Zombies, Names: s.Names, Timers: s.Timers, Spawned: s.Spawned,
		Normal: s.Normal, ShutDown: s.ShutDown, Killed: s.Killed, Failed: s.Failed, Crashed: s.Crashed,
		Received: s.Received, Dropped: s.Dropped,
	}
}

// percentile99 returns below what 99 % of a histogram of seconds are.
func percentile99(v metrics.Value) time.Duration {
	if v.Kind() != metrics.KindFloat64Histogram {
		return 0
	}
	h := v.Float64Histogram()
	var total, seen uint64
	for _, c := range h.Counts {
		total += c
	}
	for i, c := range h.Counts {
		if seen += c; seen*100 >= total*99 && total > 0 {
			if edge := h.Buckets[i+1]; !math.IsInf(edge, 1) {
				return time.Duration(edge * float64(time.Second))
			}
			return time.Duration(h.Buckets[i] * float64(time.Second))
		}
	}
	return 0
}
