package remote

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/remote/internal/conn"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

// NodeInfo is what a node tells of itself: a snapshot.
type NodeInfo struct {
	Name      string        `msgpack:"name"`
	Creation  uint32        `msgpack:"creation"`
	Processes int           `msgpack:"processes"` // that are not Dead
	Spawned   uint64        `msgpack:"spawned"`   // ever
	Zombies   int           `msgpack:"zombies"`   // see runtime.Zombie
	Names     int           `msgpack:"names"`     // registered
	Uptime    time.Duration `msgpack:"uptime_ns"`
	Conns     []ConnInfo    `msgpack:"conns"` // at most 300, by node name
}

// ConnInfo is a snapshot of a connection.
type ConnInfo struct {
	Node        string        `msgpack:"node"`
	Creation    uint32        `msgpack:"creation"`
	BytesIn     uint64        `msgpack:"bytes_in"`
	BytesOut    uint64        `msgpack:"bytes_out"` // handed to the operating system
	MessagesIn  uint64        `msgpack:"messages_in"`
	MessagesOut uint64        `msgpack:"messages_out"`
	Queue       ByteCount     `msgpack:"queue_bytes"`   // sent, and not yet handed to the operating system
	Waiting     ByteCount     `msgpack:"waiting_bytes"` // arrived, and waiting for room in a mailbox or to be decoded
	Relations   int           `msgpack:"relations"`     // links, monitors and calls that cross it
	Dropped     uint64        `msgpack:"dropped"`       // arrived, and nobody was there to get it, or it could not be decoded
	RoundTrip   time.Duration `msgpack:"rtt_ns"`        // of the last heartbeat; 0 before the first
	Up          time.Duration `msgpack:"up_ns"`
}

// maxListed bounds the lists in answers about processes, maxListedConns that in
// those about nodes, so that each fits one frame.
const (
	maxListed      = 200
	maxListedConns = 300
	maxLabelBytes  = 1 << 10
)

// Stats returns what the node has to tell of itself.
func (n *Node) Stats() NodeInfo {
	info := NodeInfo{
		Name:      n.self.Name(),
		Creation:  n.self.Creation(),
		Processes: n.rt.Len(),
		Spawned:   n.rt.Spawned(),
		Zombies:   n.rt.ZombieCount(),
		Names:     n.rt.NameCount(),
		Uptime:    n.rt.Uptime(),
	}
	for _, c := range n.routes.Load().byName {
		info.Conns = append(info.Conns, connInfo(c))
	}
	slices.SortFunc(info.Conns, func(a, b ConnInfo) int { return strings.Compare(a.Node, b.Node) })
	return info
}

func connInfo(c *conn.Conn) ConnInfo {
	s := c.Stats()
	return ConnInfo{
		Node: c.Peer().Name(), Creation: c.Peer().Creation(),
		BytesIn: s.BytesIn, BytesOut: s.BytesOut, MessagesIn: s.MessagesIn, MessagesOut: s.MessagesOut,
		Queue: s.Queue, Waiting: s.Waiting, Relations: s.Relations, Dropped: s.Dropped,
		RoundTrip: s.RoundTrip, Up: s.Up,
	}
}

// NodeInfo asks a node about itself. For this node's own name it is [Node.Stats]. It
// returns an error that is [ErrNoConnection], or [ErrBusy] if the node has many questions
// of this one to answer.
func (n *Node) NodeInfo(ctx context.Context, node string) (NodeInfo, error) {
	if node == n.Name() {
		return n.Stats(), nil
	}
	_, a := n.ask(ctx, node, func(req uint64, _ ByteCount) ([]byte, error) {
		return wire.AppendInfo(nil, wire.NodeInfo, req, 0), nil
	})
	if a.Err != nil {
		return NodeInfo{}, fmt.Errorf("info of %s: %w", node, a.Err)
	}
	info, err := term.DecodeWith[*NodeInfo](n.limits, a.Value)
	if err == nil && info == nil {
		err = errors.New("it has none")
	}
	if err != nil {
		return NodeInfo{}, fmt.Errorf("info of %s: %w", node, err)
	}
	return *info, nil
}

// nodeInfo returns the encoded answer about this node.
func (n *Node) nodeInfo() []byte {
	info := n.Stats()
	info.Conns = info.Conns[:min(len(info.Conns), maxListedConns)]
	return term.MustEncode(info)
}

// processInfo is a runtime.ProcessState on the wire.
type processInfo struct {
	State       string        `msgpack:"state"`
	Reason      string        `msgpack:"reason"`
	Name        string        `msgpack:"name"`
	Label       string        `msgpack:"label"`
	Queue       int           `msgpack:"queue"`
	Received    uint64        `msgpack:"received"`
	Links       []string      `msgpack:"links"`
	Monitors    []string      `msgpack:"monitors"`
	MonitoredBy []string      `msgpack:"monitored_by"`
	Trap        bool          `msgpack:"trap"`
	Hibernating bool          `msgpack:"hibernating"`
	Age         time.Duration `msgpack:"age_ns"`

	LinkCount    int `msgpack:"link_count"`
	MonitorCount int `msgpack:"monitor_count"`
	WatcherCount int `msgpack:"watcher_count"`
}

// processInfo returns the encoded answer about a process of this node.
func (n *Node) processInfo(id uint64) []byte {
	s, ok := n.rt.InfoN(pid.New(n.self, id), maxListed)
	if !ok {
		return term.AppendNil(nil)
	}
	return term.MustEncode(processInfo{
		State:       s.State.String(),
		Reason:      s.Reason.String(),
		Name:        s.Name,
		Label:       strings.ToValidUTF8(s.Label[:min(len(s.Label), maxLabelBytes)], ""),
		Queue:       s.QueueLen,
		Received:    s.Received,
		Links:       texts(s.Links),
		Monitors:    texts(s.Monitors),
		MonitoredBy: texts(s.MonitoredBy),
		Trap:        s.TrapExit,
		Hibernating: s.Hibernating,
		Age:         s.Age,

		LinkCount: s.LinkCount, MonitorCount: s.MonitorCount, WatcherCount: s.WatcherCount,
	})
}

// texts returns the text forms of all.
func texts[T fmt.Stringer](all []T) []string {
	list := make([]string, 0, len(all))
	for _, v := range all {
		list = append(list, v.String())
	}
	return list
}

// Info asks a node about one of its processes. It returns an error that is
// [registry.ErrNoProc] if that has ended, or [ErrNoConnection]. Of a process of
// another node at most 200 links, monitors and watchers are listed, and its label is
// cut at 1 KiB.
func (n *Node) Info(ctx context.Context, p pid.PID) (runtime.ProcessState, error) {
	if p.IsLocal(n.self) {
		if s, ok := n.rt.Info(p); ok {
			return s, nil
		}
		return runtime.ProcessState{}, fmt.Errorf("info of %s: %w", p, registry.ErrNoProc)
	}
	s, err := n.askInfo(ctx, p)
	if err != nil {
		return runtime.ProcessState{}, fmt.Errorf("info of %s: %w", p, err)
	}
	return s, nil
}

func (n *Node) askInfo(ctx context.Context, p pid.PID) (s runtime.ProcessState, err error) {
	c, a := n.ask(ctx, p.Node().Name(), func(req uint64, _ ByteCount) ([]byte, error) {
		return wire.AppendInfo(nil, wire.ProcessInfo, req, p.ID()), nil
	})
	if a.Err != nil {
		return s, a.Err
	}
	if !p.IsLocal(c.Peer()) {
		return s, registry.ErrNoProc
	}
	w, err := term.DecodeWith[*processInfo](n.limits, a.Value)
	if err != nil {
		return s, err
	}
	if w == nil {
		return s, registry.ErrNoProc
	}
	return w.state(p)
}

// state is the inverse of what processInfo does to a runtime.ProcessState.
func (w *processInfo) state(p pid.PID) (s runtime.ProcessState, err error) {
	s = runtime.ProcessState{
		PID: p, Name: w.Name, Label: w.Label, QueueLen: w.Queue, Received: w.Received,
		TrapExit: w.Trap, Hibernating: w.Hibernating, Age: w.Age,
		LinkCount: w.LinkCount, MonitorCount: w.MonitorCount, WatcherCount: w.WatcherCount,
	}
	switch w.State {
	case "", runtime.Running.String():
	case runtime.Exiting.String():
		s.State = runtime.Exiting
	default:
		return s, fmt.Errorf("no state of a process: %q", w.State)
	}
	if w.Reason != "" { // a missing text is the zero reason
		if s.Reason, err = signal.ParseExitReason(w.Reason); err != nil {
			return s, err
		}
	}
	if s.Links, err = parseAll(w.Links, pid.ParsePID); err != nil {
		return s, err
	}
	if s.Monitors, err = parseAll(w.Monitors, parseAddress); err != nil {
		return s, err
	}
	s.MonitoredBy, err = parseAll(w.MonitoredBy, pid.ParsePID)
	return s, err
}

func parseAll[T any](texts []string, parse func(string) (T, error)) (all []T, err error) {
	for _, text := range texts {
		v, err := parse(text)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// parseAddress is the inverse of pid.Address.String.
func parseAddress(text string) (pid.Address, error) {
	if p, err := pid.ParsePID(text); err == nil {
		return pid.Address{PID: p}, nil
	}
	name, node, ok := strings.Cut(text, " on ")
	if !ok {
		return pid.Address{}, fmt.Errorf("neither a PID nor a name: %q", text)
	}
	return pid.Address{Name: pid.Name{Name: name, Node: node}}, nil
}
