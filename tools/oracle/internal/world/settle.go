package world

import (
	"fmt"
	"slices"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
)

// settle waits until all that follows from a step has happened, and notes who is
// dead and what has come into the mailboxes. The package's documentation says why
// one look without unrest is enough.
func (w *world) settle() error {
	unrest, lost := "", error(nil)
	settled := func() bool {
		if lost = flush(w.nodes); lost == nil {
			unrest = w.unrest()
		}
		return lost != nil || unrest == ""
	}
	if !poll(settled) {
		return fmt.Errorf("not settled after %s: %s", waitLimit, unrest)
	}
	if lost != nil {
		return lost
	}
	return w.note()
}

// unrest returns what is still under way, "" if nothing is.
func (w *world) unrest() string {
	if waiting := putAside(w.nodes); waiting > 0 {
		return fmt.Sprintf("%d bytes of messages have arrived and are in no mailbox", waiting)
	}
	running := make(map[pid.PID]runtime.ProcessState, len(w.puppets))
	for _, p := range w.puppets {
		returned := p.hasEnded()
		switch state := p.handle.Info(); {
		case state.State == runtime.Exiting:
			return p.name + " is exiting"
		case state.State == runtime.Running && returned:
			return p.name + " has ended but is not dead"
		case state.State == runtime.Running:
			running[p.pid] = state
		}
	}
	if unrest := w.linksDisagree(running); unrest != "" {
		return unrest
	}
	return w.monitorsDisagree(running)
}

func (w *world) linksDisagree(running map[pid.PID]runtime.ProcessState) string {
	for p, state := range running {
		for _, q := range state.Links {
			if other, runs := running[q]; !runs || !slices.Contains(other.Links, p) {
				return fmt.Sprintf("%s has a link with %s that %[2]s does not have", w.names[p], w.names[q])
			}
		}
	}
	return ""
}

// monitorsDisagree compares for each process how many monitors it has with how
// many others know of: a monitor by name does not tell whose list it is in.
func (w *world) monitorsDisagree(running map[pid.PID]runtime.ProcessState) string {
	surplus := map[pid.PID]int{}
	for p, state := range running {
		for _, target := range state.Monitors {
			surplus[p]++
			if _, runs := running[target.PID]; !runs && !target.PID.IsZero() {
				return fmt.Sprintf("%s monitors %s, which does not run", w.names[p], w.names[target.PID])
			}
		}
		for _, watcher := range state.MonitoredBy {
			surplus[watcher]--
		}
	}
	for p, n := range surplus {
		if n != 0 {
			return fmt.Sprintf("%s has %+d monitors more than others know of", w.names[p], n)
		}
	}
	return ""
}

// note brings what the driver knows of the puppets up to date.
func (w *world) note() error {
	for _, p := range w.puppets {
		if p.reason, p.dead = p.handle.ExitReason(); p.dead {
			p.box = nil
			continue
		}
		now, err := w.look(p)
		if err != nil {
			return err
		}
		p.box = merge(p.box, now)
	}
	return nil
}
