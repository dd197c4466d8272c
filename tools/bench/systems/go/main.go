// Command go runs the workloads with nothing but goroutines and channels: what
// a Go programmer would write by hand for the one task, and the yardstick for
// everything else.
package main

import "github.com/starlang-go/starlang/tools/bench/internal/worker"

// buffer is the capacity of a channel that is there for throughput. Measured
// against 16 to 65536, this was the fastest for one sender.
const buffer = 8192

func main() {
	worker.Main(worker.Program{
		Workloads: map[string]worker.Workload{
			"pingpong":   pingpong,
			"send1":      send1,
			"send8":      send8,
			"pairs4":     pairs4,
			"spawn":      spawn,
			"idle":       idle,
			"skynet":     skynet,
			"ring":       ring,
			"call":       call,
			"monitor":    monitor,
			"links":      links,
			"named":      named,
			"server":     server,
			"serverhib":  serverhib,
			"remcall":    remcall,
			"supervise":  supervise,
			"cast":       cast,
			"names":      names,
			"timers":     timers,
			"overblock":  overblock,
			"overreject": overreject,
			"overnewest": overnewest,
			"overoldest": overoldest,
			"tls":        overTLS,
			"large1m":    large1m,
			"large64m":   large64m,
			"rem64":      rem64,
			"rem1k":      rem1k,
			"rem16":      rem16,
			"remlat":     remlat,
		},
		Node: node,
	})
}
