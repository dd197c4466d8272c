package runtimetest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// Probe is a process of the test: other processes may be linked to it and send to it, and
// the test looks at what has come. It is a context, for all that is to be done by a
// process, such as genserver.StartLink. It traps exits. Receiving is for the test's own
// goroutine.
type Probe struct {
	*runtime.Context
	n *Node
}

// NewProbe returns a new probe, which ends with the test.
func (n *Node) NewProbe() *Probe {
	n.t.Helper()
	k := n.newPark(runtime.SpawnOptions{Label: "probe", TrapExit: true})
	return &Probe{k.ctx, n}
}

// Expect waits for a message whose value is a T, and returns the oldest. Others stay.
// It fails the test if none comes.
func Expect[T any](p *Probe) T {
	p.n.t.Helper()
	return ExpectMatch(p, func(T) bool { return true })
}

// ExpectMatch is Expect of a T for which match reports true.
func ExpectMatch[T any](p *Probe, match func(T) bool) (v T) {
	p.n.t.Helper()
	m, err := p.RecvMatchTimeout(func(m runtime.Message) bool {
		got, is := m.Value().(T)
		return is && match(got)
	}, p.n.cfg.Timeout)
	if err != nil {
		p.fail(fmt.Sprintf("no %T that fits", v), err)
	}
	return m.Value().(T)
}

// ExpectNone waits for d and fails the test if there is a message then, or earlier. With
// 0 it looks at what is there. In a bubble d passes when nobody has anything to do.
func (p *Probe) ExpectNone(d time.Duration) {
	p.n.t.Helper()
	var m runtime.Message
	var err error
	if d > 0 {
		m, err = p.RecvTimeout(d)
	} else {
		m, err = p.TryRecv()
	}
	switch {
	case err == nil:
		p.n.t.Fatalf("runtimetest: a message that is not expected: %s", show(m))
	case !errors.Is(err, runtime.ErrTimeout) && !errors.Is(err, runtime.ErrEmpty):
		p.n.t.Fatalf("runtimetest: %v", err)
	}
}

// ExpectDown waits for the Down of a monitor, that p.Monitor or p.MonitorNamed has
// returned ref for.
func (p *Probe) ExpectDown(ref pid.Ref) signal.Down {
	p.n.t.Helper()
	return ExpectMatch(p, func(d signal.Down) bool { return d.Ref == ref })
}

// ExpectExit waits for the exit signal of a process that the probe is linked to.
func (p *Probe) ExpectExit(from pid.PID) signal.Exit {
	p.n.t.Helper()
	return ExpectMatch(p, func(e signal.Exit) bool { return e.From == from })
}

// fail says what was not there, and what was.
func (p *Probe) fail(what string, err error) {
	p.n.t.Helper()
	var b strings.Builder
	for {
		m, err := p.TryRecv()
		if err != nil {
			break
		}
		b.WriteString("\n\t" + show(m))
	}
	if b.Len() == 0 {
		b.WriteString(" nothing")
	}
	p.n.t.Fatalf("runtimetest: %s: %v; in the mailbox:%s", what, err, b.String())
}

func show(m runtime.Message) string { return fmt.Sprintf("%T %+v", m.Value(), m.Value()) }
