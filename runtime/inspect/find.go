package inspect

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/internal/text"
	"github.com/starlang-go/starlang/term"
)

// Find asks for the processes that a text means: the one with this name or PID, else
// those of which it is part of the name, label or PID.
type Find struct {
	Text string
	N    int // at most MaxRows; 0: 20
}

func init() { term.MustRegister[Find]("inspect.Find") }

func (f Find) answer(ctx context.Context, n *node) (any, error) {
	p, err := n.find(f.Text)
	if err != nil {
		return Top{By: ByPID, N: f.N, Filter: Filter{Text: f.Text}}.answer(ctx, n)
	}
	s, _ := n.rt.InfoN(p, 0)
	return Rows{Rows: []Row{{
		PID: p, Name: s.Name, Label: cut(s.Label, maxLabelBytes), Parent: s.Parent, Behaviour: s.Behaviour.String(),
		State: stateOf(s.State, s.Hibernating), Queue: s.QueueLen, Received: s.Received, Age: s.Age,
	}}, Matched: 1, Total: n.rt.Len()}, nil
}

// find returns the process that is meant by a target: a name, the text of a PID, or the
// number of one of this node.
func (n *node) find(target string) (pid.PID, error) {
	p, ok := n.rt.Whereis(target)
	if !ok {
		p, ok = n.parse(target)
	}
	if ok {
		if _, alive := n.rt.InfoN(p, 0); alive {
			return p, nil
		}
	}
	return pid.PID{}, fmt.Errorf("%q: %w", cut(target, 100), ErrNotFound)
}

// parse returns the PID that a text means. One of an earlier start of the node is no
// process of this one.
func (n *node) parse(target string) (pid.PID, bool) {
	if p, err := pid.ParsePID(target); err == nil {
		return p, p.IsLocal(n.rt.Node().ID())
	}
	id, err := strconv.ParseUint(strings.Trim(target, "<>"), 10, 64)
	return pid.New(n.rt.Node().ID(), id), err == nil
}

// findServer is find of a process that can be asked as a behaviour.
func (n *node) findServer(target string, least runtime.Behaviour) (pid.PID, error) {
	p, err := n.find(target)
	if err != nil {
		return p, err
	}
	if s, _ := n.rt.InfoN(p, 0); s.Behaviour < least {
		return p, fmt.Errorf("%q is a %s and no %s: %w", target, s.Behaviour, least, ErrNoServer)
	}
	return p, nil
}

func cut(s string, maxBytes int) string { return strings.ToValidUTF8(text.Cut(s, maxBytes), "") }
