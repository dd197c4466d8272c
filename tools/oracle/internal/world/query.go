package world

import (
	"slices"

	"github.com/starlang-go/starlang/pid"
)

// query answers a step that asks the runtime about a process.
func (w *world) query(op string, p *puppet) any {
	switch op {
	case "alive":
		return p.handle.IsAlive()
	case "links":
		return w.sortedNames(p.handle.Links())
	case "monitors":
		return w.targets(p.handle.Monitors())
	case "monitored_by":
		return w.sortedNames(p.handle.Info().MonitoredBy)
	case "queue_len":
		return p.handle.Info().QueueLen
	default:
		panic("world: no query " + op)
	}
}

func (w *world) sortedNames(pids []pid.PID) []string {
	names := make([]string, len(pids))
	for i, p := range pids {
		names[i] = w.names[p]
	}
	slices.Sort(names)
	return names
}

// targets returns what is monitored: a process, or the name of a monitor by name.
func (w *world) targets(monitored []pid.Address) []string {
	names := make([]string, len(monitored))
	for i, a := range monitored {
		if names[i] = a.Name.Name; names[i] == "" {
			names[i] = w.names[a.PID]
		}
	}
	slices.Sort(names)
	return names
}
