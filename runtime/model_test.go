package runtime_test

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/starlang-go/starlang/pid/signal"
)

// world says what processes do to each other, in one goroutine and with nothing that
// is quick. Processes, monitors and timers are numbers in the order of their making.
type world struct {
	now      time.Duration
	step     int // steps taken so far
	procs    []*person
	names    map[string]int
	monitors []*watch
	timers   []*alarm
}

// person is a process.
type person struct {
	trap, asleep, dead bool
	reason             signal.ExitReason
	links              map[int]bool
	box                []letter
}

// letter is a message in a mailbox.
type letter struct {
	step   int // that brought it
	system bool
	text   string
}

// watch is a monitor.
type watch struct {
	owner, target int
	name          string // if made by name
	active        bool
}

// alarm is a timer.
type alarm struct {
	due     time.Duration
	to      int
	name    string // if aimed at a name; then to counts for nothing
	letter  letter
	running bool
}

func (w *world) alive(p int) bool { return !w.procs[p].dead }

func (w *world) spawn(trap bool) int {
	w.procs = append(w.procs, &person{trap: trap, links: map[int]bool{}})
	return len(w.procs) - 1
}

func (w *world) deliver(to int, system bool, format string, args ...any) {
	if p := w.procs[to]; !p.dead {
		p.box = append(p.box, letter{w.step, system, fmt.Sprintf(format, args...)})
		p.asleep = false
	}
}

// exit is an exit signal. Processes that do not exist send those of the program.
func (w *world) exit(from, to int, reason signal.ExitReason, byLink bool) {
	switch p := w.procs[to]; {
	case p.dead:
	case reason == signal.Kill && !byLink:
		w.die(to, signal.Killed)
	case p.trap:
		w.deliver(to, true, "exit of %d: %s", from, reason)
	case reason != signal.Normal || from == to && !byLink:
		w.die(to, reason)
	}
}

func (w *world) die(p int, reason signal.ExitReason) {
	who := w.procs[p]
	links := who.links
	*who = person{dead: true, reason: reason}
	for name, owner := range w.names {
		if owner == p {
			delete(w.names, name)
		}
	}
	for _, a := range w.timers {
		a.running = a.running && (a.name != "" || a.to != p)
	}
	for ref, m := range w.monitors {
		switch {
		case m.active && m.owner == p:
			m.active = false
		case m.active && m.target == p:
			w.down(ref, reason)
		}
	}
	for q := range links {
		delete(w.procs[q].links, p)
	}
	for q := range links {
		w.exit(p, q, reason, true)
	}
}

func (w *world) down(ref int, reason signal.ExitReason) {
	m := w.monitors[ref]
	m.active = false
	w.deliver(m.owner, true, "down of %d: %s", ref, reason)
}

func (w *world) link(p, q int) (ok bool) {
	switch {
	case p == q:
		return true
	case !w.alive(q):
		return false
	}
	w.procs[p].links[q], w.procs[q].links[p] = true, true
	return true
}

func (w *world) unlink(p, q int) {
	delete(w.procs[p].links, q)
	delete(w.procs[q].links, p)
}

// monitor makes a monitor of target, or of who has the name if there is one.
func (w *world) monitor(owner, target int, name string) {
	there := true
	if name != "" {
		target, there = w.names[name]
	}
	m := &watch{owner, target, name, true}
	w.monitors = append(w.monitors, m)
	switch {
	case there && target == owner:
		m.active = false
	case !there || !w.alive(target):
		w.down(len(w.monitors)-1, signal.NoProc)
	}
}

func (w *world) demonitor(by, ref int, flush bool) (active bool) {
	m := w.monitors[ref]
	if m.owner != by {
		return false
	}
	active, m.active = m.active, false
	if flush {
		prefix := fmt.Sprintf("down of %d: ", ref)
		p := w.procs[by]
		p.box = slices.DeleteFunc(p.box, func(l letter) bool { return len(l.text) > len(prefix) && l.text[:len(prefix)] == prefix })
	}
	return active
}

func (w *world) nameOf(p int) string {
	for name, owner := range w.names {
		if owner == p {
			return name
		}
	}
	return ""
}

func (w *world) register(name string, p int) (ok bool) {
	_, taken := w.names[name]
	if taken || !w.alive(p) || w.nameOf(p) != "" {
		return false
	}
	w.names[name] = p
	return true
}

func (w *world) startTimer(a alarm) {
	a.running = a.name != "" || w.alive(a.to)
	w.timers = append(w.timers, &a)
}

func (w *world) cancelTimer(i int) (left time.Duration, running bool) {
	a := w.timers[i]
	if !a.running {
		return 0, false
	}
	a.running = false
	return a.due - w.now, true
}

// pass lets time pass.
func (w *world) pass(d time.Duration) {
	w.now += d
	due := slices.Clone(w.timers)
	slices.SortFunc(due, func(a, b *alarm) int { return cmp.Compare(a.due, b.due) })
	for _, a := range due {
		if !a.running || a.due > w.now {
			continue
		}
		a.running = false
		to, there := a.to, true
		if a.name != "" {
			to, there = w.names[a.name]
		}
		if there {
			w.deliver(to, a.letter.system, "%s", a.letter.text)
		}
	}
}

// take takes the oldest letter out for which want reports true.
func (w *world) take(p int, want func(letter) bool) (text string, ok bool) {
	box := &w.procs[p].box
	for i, l := range *box {
		if want(l) {
			*box = slices.Delete(*box, i, i+1)
			return l.text, true
		}
	}
	return "", false
}

// ordered returns texts with those that the same step brought next to each other,
// by signals of different processes, in the order of their text. box says which
// step brought which.
func ordered(texts []string, box []letter) []string {
	texts = slices.Clone(texts)
	for i := 0; i < len(box) && i < len(texts); {
		end := i + 1
		for box[i].system && end < len(box) && end < len(texts) && box[end].system && box[end].step == box[i].step {
			end++
		}
		slices.Sort(texts[i:end])
		i = end
	}
	return texts
}
