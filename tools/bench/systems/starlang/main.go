// Command starlang runs the workloads with this project.
package main

import "github.com/starlang-go/starlang/tools/bench/internal/worker"

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
			"select":     selective,
			"overblock":  overblock,
			"overreject": overreject,
			"overnewest": overnewest,
			"overoldest": overoldest,
			"tls":        overTLS,
			"large1m":    large1m,
			"large64m":   large64m,
			"largelat":   largelat,
			"churn":      churn,
			"rem64":      rem64,
			"rem1k":      rem1k,
			"rem16":      rem16,
			"remlat":     remlat,
		},
		Node: farNode,
	})
}
