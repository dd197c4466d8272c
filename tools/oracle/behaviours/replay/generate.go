package replay

import (
	"fmt"
	"math/rand/v2"
)

// generator makes random scenarios.
type generator struct {
	*rand.Rand
	kind  string
	ids   int
	calls []string // those that were made so far
}

// Random returns a random scenario. The same seed and number give the same one.
func Random(seed, number uint64) Scenario {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, number)), kind: Server}
	if g.IntN(2) == 0 {
		g.kind = Machine
	}
	if g.IntN(40) == 0 {
		return g.program(fmt.Sprintf("%d-%d", seed, number))
	}
	s := Scenario{Name: fmt.Sprintf("%d-%d", seed, number), Kind: g.kind, Trap: g.IntN(3) == 0, Init: []Action{}, Steps: []Step{}}
	if g.IntN(2) == 0 {
		s.Init = g.initial()
	}
	if g.kind == Machine {
		s.Enter = map[string][]Action{}
		for _, state := range states {
			if g.IntN(3) == 0 {
				s.Enter[state] = g.entering()
			}
		}
	}
	for i := range 1 + g.IntN(8) {
		s.Steps = append(s.Steps, g.step(10*(i+1)))
	}
	return s
}

var (
	states     = []string{"a", "b", "c"}
	timerTexts = []string{"state", "event", "x", "y"}
	endings    = []string{"normal", "shutdown", "shutdown: why", "boom"}
)

func pick[T any](g *generator, of []T) T { return of[g.IntN(len(of))] }

func (g *generator) step(at int) Step {
	switch g.IntN(24) {
	case 0:
		return Step{At: at, Do: "stop", Reason: pick(g, endings)}
	case 1, 2:
		return Step{At: at, Do: "exit", Reason: pick(g, append(endings, "kill")), From: pick(g, []string{"parent", "stranger"})}
	}
	do := pick(g, []string{"call", "call", "cast", "info"})
	m := g.msg(do == "call", 3)
	if do == "call" {
		g.calls = append(g.calls, m.ID)
	}
	return Step{At: at, Do: do, Msg: m}
}

// msg returns a message that leads to others, up to a depth.
func (g *generator) msg(call bool, depth int) *Msg {
	g.ids++
	m := &Msg{ID: fmt.Sprintf("m%d", g.ids)}
	attempts := 1
	if g.kind == Machine {
		attempts += g.IntN(3)
	}
	for i := range attempts {
		if g.kind == Machine {
			m.Do = append(m.Do, g.reaction(call, i == attempts-1, depth))
		} else {
			m.Do = append(m.Do, g.answer(call, depth))
		}
	}
	return m
}

// after returns how long a timer takes: if it is set by a step, not until another.
func (g *generator) after() int {
	if g.IntN(5) == 0 {
		return 0
	}
	return 10*g.IntN(4) + margin + g.IntN(11-2*margin)
}

// common returns what servers and machines both do.
func (g *generator) common(call bool, depth int) (all []Action) {
	if call && g.IntN(4) > 0 {
		all = append(all, Action{Op: "reply", Value: 1 + g.IntN(99)})
	}
	if len(g.calls) > 0 && g.IntN(4) == 0 {
		all = append(all, Action{Op: "reply_to", Text: pick(g, g.calls), Value: 1 + g.IntN(99)})
	}
	for depth > 0 && g.IntN(5) == 0 {
		all = append(all, Action{Op: "send", Msg: g.msg(false, depth-1)})
	}
	switch g.IntN(30) {
	case 0:
		all = append(all, Action{Op: "crash"})
	case 1, 2:
		all = append(all, Action{Op: "stop", Text: pick(g, endings)})
	}
	return all
}

// answer returns what a server does: one of what OTP has room for in a return value at most.
func (g *generator) answer(call bool, depth int) []Action {
	all := g.common(call, depth)
	if depth > 0 && g.IntN(6) == 0 {
		all = append(all, Action{Op: "cast", Msg: g.msg(false, depth-1)})
	}
	return append(all, g.next(depth)...)
}

func (g *generator) next(depth int) []Action {
	if depth == 0 {
		return nil
	}
	switch g.IntN(5) {
	case 0:
		return []Action{{Op: "continue", Msg: g.msg(false, depth-1)}}
	case 1, 2:
		return []Action{{Op: "timeout", After: g.after(), Msg: g.msg(false, depth-1)}}
	case 3:
		return []Action{{Op: "hibernate"}}
	}
	return nil
}

func (g *generator) initial() []Action {
	if g.kind == Server {
		return append([]Action{}, g.next(2)...)
	}
	all := []Action{}
	if g.IntN(2) == 0 {
		all = append(all, Action{Op: "insert", Text: g.kindOfInserted(), Msg: g.msg(false, 2)})
	}
	return append(all, g.timers(2)...)
}

// reaction returns what a machine does with an event. The last time it does not postpone it.
func (g *generator) reaction(call, last bool, depth int) []Action {
	all := g.common(call, depth)
	switch g.IntN(4) {
	case 0, 1:
		all = append(all, Action{Op: "next", Text: pick(g, states)})
	case 2:
		if g.IntN(2) == 0 {
			all = append(all, Action{Op: "repeat"})
		}
	}
	if !last && g.IntN(2) == 0 {
		all = append(all, Action{Op: "postpone"})
	}
	for depth > 0 && g.IntN(4) == 0 {
		all = append(all, Action{Op: "insert", Text: g.kindOfInserted(), Msg: g.msg(false, depth-1)})
	}
	if g.IntN(6) == 0 {
		all = append(all, Action{Op: "hibernate"})
	}
	return append(all, g.timers(depth)...)
}

func (g *generator) kindOfInserted() string { return pick(g, []string{"internal", "cast", "info"}) }

// timers returns changes of some of a machine's timers, each once.
func (g *generator) timers(depth int) (all []Action) {
	for _, i := range g.Perm(len(timerTexts))[:g.IntN(3)*g.IntN(2)] {
		t := timerTexts[i]
		switch {
		case g.IntN(5) == 0:
			all = append(all, Action{Op: "cancel", Text: t})
		case depth == 0:
		case g.IntN(5) == 0:
			all = append(all, Action{Op: "update", Text: t, Msg: g.msg(false, depth-1)})
		default:
			all = append(all, Action{Op: "timeout", Text: t, After: g.after(), Msg: g.msg(false, depth-1)})
		}
	}
	return all
}

func (g *generator) entering() []Action { return append([]Action{}, g.timers(1)...) }

// program returns a program of applications, one of which may end by itself.
func (g *generator) program(name string) Scenario {
	s := Scenario{Name: name, Kind: Program, Init: []Action{}, Steps: []Step{}}
	for i := range 2 + g.IntN(4) {
		app := App{Name: fmt.Sprintf("app%d", i), Deps: []string{}, Type: pick(g, []string{"permanent", "transient", "temporary"})}
		for _, other := range s.Apps {
			if g.IntN(3) == 0 {
				app.Deps = append(app.Deps, other.Name)
			}
		}
		s.Apps = append(s.Apps, app)
	}
	g.Shuffle(len(s.Apps), func(i, j int) { s.Apps[i], s.Apps[j] = s.Apps[j], s.Apps[i] })
	if g.IntN(4) > 0 {
		s.Ends, s.With = pick(g, s.Apps).Name, pick(g, append(endings, "kill"))
	}
	return s
}
