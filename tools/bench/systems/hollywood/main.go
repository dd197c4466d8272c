// Command hollywood runs the workloads with github.com/anthdm/hollywood. It
// has neither monitors nor links.
package main

import (
	"log/slog"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

func main() {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // the library's only logger
	worker.Main(worker.Program{
		Workloads: map[string]worker.Workload{
			"pingpong": pingpong,
			"send1":    send1,
			"send8":    send8,
			"pairs4":   pairs4,
			"spawn":    spawn,
			"idle":     idle,
			"skynet":   skynet,
			"ring":     ring,
			"call":     call,
			"named":    named,
			"rem64":    rem64,
			"rem1k":    rem1k,
			"rem16":    rem16,
			"remlat":   remlat,
		},
		Node: farNode,
	})
}
