package replay

import (
	"fmt"
	"math/rand/v2"
)

// Generate returns random scenarios. The same seed gives the same ones.
func Generate(seed uint64, count int) []Scenario {
	all := make([]Scenario, count)
	for i := range all {
		g := &generator{rng: rand.New(rand.NewPCG(seed, uint64(i)))}
		all[i] = g.scenario(fmt.Sprintf("random-%d-%d", seed, i))
	}
	return all
}

// generator makes one scenario. It does not know what will come of a step: many are
// aimed at those who are gone.
type generator struct {
	rng *rand.Rand
	ids int

	workers []string
	sups    []string // static ones
	pools   []string
	traps   map[string]bool     // supervisors with a child below them that traps exits
	kids    map[string][]string // the workers that a supervisor begins with
}

const maxDepth = 3

func (g *generator) scenario(name string) Scenario {
	g.traps, g.kids = make(map[string]bool), make(map[string][]string)
	g.sups = []string{"root"}
	s := Scenario{Name: name, Tree: g.tree("root", 1)}
	for range 3 + g.rng.IntN(8) {
		s.Steps = append(s.Steps, g.step())
	}
	return s
}

// tree returns a supervisor with children that may be supervisors.
func (g *generator) tree(id string, depth int) Tree {
	t := g.flags()
	for range 1 + g.rng.IntN(4) {
		c := g.child(t.AutoShutdown, depth)
		t.Children = append(t.Children, c)
		if c.Kind != "" && c.Kind != "plain" || g.traps[c.ID] {
			g.traps[id] = true
		}
		if c.Kind != "" {
			g.kids[id] = append(g.kids[id], c.ID)
		}
	}
	return t
}

func (g *generator) flags() Tree {
	return Tree{
		Strategy:     pick(g, "one_for_one", "one_for_all", "rest_for_one"),
		Intensity:    g.rng.IntN(5),
		Period:       3600, // nothing is forgotten: what is, is in hand.jsonl
		AutoShutdown: pick(g, "never", "never", "any_significant", "all_significant"),
	}
}

func (g *generator) child(auto string, depth int) Child {
	g.ids++
	c := Child{Restart: pick(g, "permanent", "permanent", "transient", "temporary"), Shutdown: 5000}
	c.Significant = auto != "never" && c.Restart != "permanent" && g.rng.IntN(2) == 0
	switch {
	case depth < maxDepth && g.rng.IntN(4) == 0:
		c.ID, c.Shutdown = fmt.Sprintf("s%d", g.ids), "infinity"
		g.sups = append(g.sups, c.ID)
		tree := g.tree(c.ID, depth+1)
		c.Tree = &tree
	case depth < maxDepth && g.rng.IntN(6) == 0:
		c.ID, c.Shutdown = fmt.Sprintf("p%d", g.ids), "infinity"
		g.pools = append(g.pools, c.ID)
		tree := g.pool()
		c.Tree = &tree
	default:
		c.ID = fmt.Sprintf("w%d", g.ids)
		g.workers = append(g.workers, c.ID)
		g.worker(&c)
	}
	return c
}

// worker makes c a worker of some kind. Only stubborn ones keep their supervisor waiting.
func (g *generator) worker(c *Child) {
	switch c.Kind = pick(g, "trap", "trap", "trap", "plain", "angry", "stubborn"); {
	case c.Kind == "stubborn":
		c.Shutdown = 10
	case g.rng.IntN(5) == 0:
		c.Shutdown = "brutal_kill"
	case g.rng.IntN(5) == 0:
		c.Shutdown = "infinity"
	}
}

// pool returns a simple_one_for_one supervisor. Its children are stopped in no order, so
// they must not tell of it.
func (g *generator) pool() Tree {
	t := g.flags()
	t.Strategy = "simple_one_for_one"
	c := Child{ID: "any", Restart: pick(g, "permanent", "transient", "temporary"), Shutdown: 5000, Kind: "plain"}
	c.Significant = t.AutoShutdown != "never" && c.Restart != "permanent" && g.rng.IntN(2) == 0
	t.Template = &c
	return t
}

func (g *generator) step() Step {
	reason := pick(g, "normal", "shutdown", "shutdown: s", "error: e", "error: e", "killed")
	switch n := g.rng.IntN(100); {
	case n < 35:
		return Step{"die", g.worker1(), reason}
	case n < 42:
		return Step{"kill", g.worker1()}
	case n < 47:
		return g.killSupervisor()
	case n < 55:
		sup := pick(g, g.sups...)
		return Step{"both", sup, pick(g, g.kids[sup]...), pick(g, g.kids[sup]...)}
	case n < 65:
		return Step{pick(g, "fail", "ignore", "crash"), pick(g, append(g.workers, g.sups[1:]...)...), 1 + g.rng.IntN(2)}
	case n < 72:
		return Step{"terminate", pick(g, g.sups...), g.anyone()}
	case n < 78:
		return Step{"restart", pick(g, g.sups...), g.anyone()}
	case n < 82:
		return Step{"delete", pick(g, g.sups...), g.anyone()}
	case n < 88:
		return Step{"start", pick(g, g.sups...), g.newWorker()}
	case n < 98 && len(g.pools) > 0:
		return g.poolStep()
	case n == 99:
		return Step{"stop"}
	}
	return Step{"die", g.worker1(), "error: e"}
}

// killSupervisor kills one whose children do not trap exits: in OTP others live on beside
// those of the next supervisor, for as long as they like.
func (g *generator) killSupervisor() Step {
	for _, id := range append(g.pools, g.sups[1:]...) {
		if !g.traps[id] {
			return Step{"kill", id}
		}
	}
	return Step{"kill", g.worker1()}
}

func (g *generator) poolStep() Step {
	pool := pick(g, g.pools...)
	if g.rng.IntN(3) == 0 {
		return Step{"terminate_pid", pool, g.worker1()}
	}
	g.ids++
	id := fmt.Sprintf("i%d", g.ids)
	g.workers = append(g.workers, id)
	return Step{"instance", pool, id}
}

// newWorker returns the spec of a worker that is there already, or of a new one.
func (g *generator) newWorker() Child {
	g.ids++
	c := Child{ID: fmt.Sprintf("w%d", g.ids), Restart: pick(g, "permanent", "transient", "temporary"), Shutdown: 5000, Kind: "trap"}
	if g.rng.IntN(4) == 0 && len(g.workers) > 0 {
		c.ID = pick(g, g.workers...)
		return c
	}
	g.workers = append(g.workers, c.ID)
	return c
}

func (g *generator) worker1() string {
	if len(g.workers) == 0 {
		return "nobody"
	}
	return pick(g, g.workers...)
}

func (g *generator) anyone() string {
	return pick(g, append(g.sups[1:len(g.sups):len(g.sups)], g.workers...)...)
}

func pick(g *generator, from ...string) string {
	if len(from) == 0 {
		return "nobody"
	}
	return from[g.rng.IntN(len(from))]
}
