package inspect

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime/internal/text"
	"github.com/starlang-go/starlang/term"
)

// Names asks for registered names, in their order.
type Names struct {
	Prefix string
	After  string // only names after this one
	N      int    // at most MaxRows; 0: 200
}

// NameList is the answer to [Names].
type NameList struct {
	Names   []Named `json:"names"`
	Matched int     `json:"matched"` // names with the prefix, after After
	Total   int     `json:"total"`
}

// Named is a registered name.
type Named struct {
	Name string  `json:"name"`
	PID  pid.PID `json:"pid"`
}

// Zombies asks for the zombies, the oldest first.
type Zombies struct{ N int } // at most MaxRows; 0: 200

// ZombieList is the answer to [Zombies].
type ZombieList struct {
	Zombies []Zombie `json:"zombies"`
	Total   int      `json:"total"`
}

// Zombie is a process that is dead while its goroutine still runs.
type Zombie struct {
	PID    pid.PID       `json:"pid"`
	Label  string        `json:"label,omitempty"`
	Reason string        `json:"reason"`
	Age    time.Duration `json:"age_ns"`
	Stack  string        `json:"stack,omitempty"`
}

// Nodes asks for the connections to other nodes.
type Nodes struct{ N int } // at most MaxRows; 0: 200

// NodeList is the answer to [Nodes].
type NodeList struct {
	Node     string `json:"node"`     // the one that was asked
	Creation uint32 `json:"creation"` // of its start
	Peers    []Peer `json:"peers"`
	Total    int    `json:"total"`
}

// Peer is a connection to another node.
type Peer struct {
	Node        string        `json:"node"`
	Creation    uint32        `json:"creation"`
	Up          time.Duration `json:"up_ns"`
	RoundTrip   time.Duration `json:"rtt_ns"`
	Queue       int64         `json:"queue_bytes"` // sent, and not yet handed to the operating system
	QueueLimit  int64         `json:"queue_limit_bytes"`
	Waiting     int64         `json:"waiting_bytes"` // arrived, and waiting for room in a mailbox
	BytesIn     uint64        `json:"bytes_in"`
	BytesOut    uint64        `json:"bytes_out"`
	MessagesIn  uint64        `json:"messages_in"`
	MessagesOut uint64        `json:"messages_out"`
	Relations   int           `json:"relations"`
	Dropped     uint64        `json:"dropped"`
}

func init() {
	term.MustRegister[Names]("inspect.Names")
	term.MustRegister[NameList]("inspect.NameList")
	term.MustRegister[Zombies]("inspect.Zombies")
	term.MustRegister[ZombieList]("inspect.ZombieList")
	term.MustRegister[Nodes]("inspect.Nodes")
	term.MustRegister[NodeList]("inspect.NodeList")
}

func (q Names) answer(ctx context.Context, n *node) (any, error) {
	list := NameList{Total: n.rt.NameCount()}
	found := firstN(bounded(q.N, 200, MaxRows), func(a, b Named) int { return strings.Compare(a.Name, b.Name) })
	for name, p := range n.rt.RegisteredNames() {
		if strings.HasPrefix(name, q.Prefix) && (q.After == "" || name > q.After) {
			list.Matched++
			found.add(Named{name, p})
		}
	}
	list.Names = found.sorted()
	return list, context.Cause(ctx)
}

func (q Zombies) answer(_ context.Context, n *node) (any, error) {
	n.looking.Lock()
	all := n.rt.Zombies()
	n.looking.Unlock()
	list := ZombieList{Total: len(all)}
	for _, z := range all[:min(len(all), bounded(q.N, 200, MaxRows))] {
		list.Zombies = append(list.Zombies, Zombie{
			PID: z.PID, Label: cut(z.Label, maxLabelBytes), Reason: cut(z.Reason.String(), maxLabelBytes),
			Age: z.Age, Stack: cut(z.Stack, text.MaxReportBytes),
		})
	}
	return list, nil
}

func (q Nodes) answer(_ context.Context, n *node) (any, error) {
	peers := n.peers()
	slices.SortFunc(peers, func(a, b Peer) int { return cmp.Compare(a.Node, b.Node) })
	return NodeList{
		Node: n.rt.Node().Name(), Creation: n.rt.Node().ID().Creation(), Total: len(peers), Peers: peers[:min(len(peers), bounded(q.N, 200, MaxRows))],
	}, nil
}

func (n *node) peers() []Peer {
	if n.cfg.Peers == nil {
		return nil
	}
	return n.cfg.Peers()
}
