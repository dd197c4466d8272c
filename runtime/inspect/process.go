package inspect

import (
	"context"
	"errors"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/internal/system"
	"github.com/starlang-go/starlang/runtime/internal/text"
	"github.com/starlang-go/starlang/term"
)

// Process asks for all that there is to see of one process. The Target, here and in
// other questions, is a registered name, a PID or the number of a process of the node.
type Process struct{ Target string }

// maxListed is how many links, monitors, watchers and calls of a process are listed.
const maxListed = 200

// statisticsTime is how long a server may take to tell what it has done: a busy one
// does not.
const statisticsTime = 500 * time.Millisecond

// Info is the answer to [Process].
type Info struct {
	Row
	Reason      string                `json:"reason,omitempty"` // why it ends, if it does
	TrapExit    bool                  `json:"trap_exit"`
	Ancestors   []Ancestor            `json:"ancestors,omitempty"`
	Links       []pid.PID             `json:"links"`
	Monitors    []string              `json:"monitors"`
	MonitoredBy []pid.PID             `json:"monitored_by"`
	Counts      Counts                `json:"counts"` // of the three lists, of which at most 200 are shown
	CallsOut    []Wait                `json:"calls_out"`
	CallsIn     []Wait                `json:"calls_in"`
	Server      *genserver.Statistics `json:"server,omitempty"` // of a server that is not busy
	Stack       string                `json:"stack,omitempty"`
}

// Counts are how long the lists of a process are.
type Counts struct {
	Links    int `json:"links"`
	Monitors int `json:"monitors"`
	Watchers int `json:"monitored_by"`
}

// Ancestor is who has spawned a process, or spawned that, and so on.
type Ancestor struct {
	PID  pid.PID `json:"pid"`
	Name string  `json:"name,omitempty"`
}

func init() {
	term.MustRegister[Process]("inspect.Process")
	term.MustRegister[Info]("inspect.Info")
}

func (q Process) answer(ctx context.Context, n *node) (any, error) {
	p, err := n.find(q.Target)
	if err != nil {
		return nil, err
	}
	s, ok := n.rt.InfoN(p, maxListed)
	if !ok {
		return nil, ErrNotFound
	}
	info := Info{
		Row: Row{
			PID: p, Name: s.Name, Label: cut(s.Label, maxLabelBytes), Parent: s.Parent, Behaviour: s.Behaviour.String(),
			State: stateOf(s.State, s.Hibernating), Queue: s.QueueLen, Received: s.Received, Age: s.Age,
		},
		TrapExit: s.TrapExit, Links: s.Links, MonitoredBy: s.MonitoredBy,
		Counts:    Counts{s.LinkCount, s.MonitorCount, s.WatcherCount},
		Ancestors: n.ancestors(s.Parent),
	}
	if s.State != runtime.Running {
		info.Reason = cut(s.Reason.String(), text.MaxReportBytes)
	}
	for _, m := range s.Monitors {
		info.Monitors = append(info.Monitors, m.String())
	}
	info.CallsOut, info.CallsIn = n.callsOf(p)
	info.Server = n.statistics(ctx, s)
	info.Stack, _ = n.stack(p)
	return info, nil
}

// maxAncestors is how many generations are named.
const maxAncestors = 16

func (n *node) ancestors(p pid.PID) (all []Ancestor) {
	for range maxAncestors {
		if p.IsZero() {
			break
		}
		s, _ := n.rt.InfoN(p, 0)
		all = append(all, Ancestor{p, s.Name})
		p = s.Parent
	}
	return all
}

func (n *node) callsOf(p pid.PID) (out, in []Wait) {
	for w := range n.rt.Waits() {
		if w.Caller == p && len(out) < maxListed {
			out = append(out, n.wait(w))
		}
		if w.Callee == p && len(in) < maxListed {
			in = append(in, n.wait(w))
		}
	}
	return out, in
}

// statistics returns what a server tells of itself, nil if it does not. One that sleeps
// is not woken for it.
func (n *node) statistics(ctx context.Context, s runtime.ProcessState) *genserver.Statistics {
	if s.Behaviour < runtime.Server || s.Hibernating {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, statisticsTime)
	defer cancel()
	statistics, err := genserver.GetStatistics(ctx, s.PID)
	if err != nil {
		return nil
	}
	return &statistics
}

// Stack asks for the stack of a process.
type Stack struct{ Target string }

// Stacks asks what the goroutines of all processes do.
type Stacks struct{}

// Text is an answer for people.
type Text struct {
	Text string `json:"text"`
}

func init() {
	term.MustRegister[Stack]("inspect.Stack")
	term.MustRegister[Stacks]("inspect.Stacks")
	term.MustRegister[Text]("inspect.Text")
}

func (q Stack) answer(_ context.Context, n *node) (any, error) {
	p, err := n.find(q.Target)
	if err != nil {
		return nil, err
	}
	stack, err := n.stack(p)
	return Text{stack}, err
}

// stack looks at one process's stack at a time: each look stops the program.
func (n *node) stack(p pid.PID) (string, error) {
	n.looking.Lock()
	defer n.looking.Unlock()
	stack, err := n.rt.Stack(p)
	if errors.Is(err, runtime.ErrNoProc) {
		err = ErrNotFound
	}
	return stack, err
}

func (Stacks) answer(_ context.Context, n *node) (any, error) {
	n.looking.Lock()
	defer n.looking.Unlock()
	return Text{n.rt.Stacks()}, nil
}

// State asks for the state of a server: what its FormatState shows, and else the types
// of which it is made.
type State struct {
	Target string
	// Unsafe asks for the state itself, with all the secrets that it holds. It needs
	// [Control], and is logged.
	Unsafe bool
}

// stateTime is how long a server may take to show its state.
const stateTime = 2 * time.Second

func init() { term.MustRegister[State]("inspect.State") }

func (q State) answer(ctx context.Context, n *node) (any, error) {
	p, err := n.findServer(q.Target, runtime.Server)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, stateTime)
	defer cancel()
	if q.Unsafe {
		n.logAction(askerOf(ctx), "unsafe state", q.Target)
		state, err := system.UnsafeState(ctx, p)
		return Text{state}, err
	}
	state, err := genserver.GetState(ctx, p)
	if err != nil {
		return nil, err
	}
	return Text{text.Of(state, text.MaxStateBytes)}, nil
}
