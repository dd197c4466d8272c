package dist_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

func decode(t require.TestingT, b []byte) any {
	v, err := term.DecodeMessage(b)
	require.NoError(t, err)
	return v
}

// story is a world in which processes of two nodes link with each other and monitor each
// other, end, and fill mailboxes, while frames are delayed and the wire breaks. What is
// checked is what package dist promises: each link and monitor ends exactly once.
type story struct {
	*world
	t       *rapid.T
	puppets [2][]*puppet
	books   map[pid.PID]*book
}

// book is what a process has begun, and what it has received.
type book struct {
	active map[pid.Ref]pid.PID // monitors that wait for their Down, by reference
	links  map[pid.PID]int     // how often a link with each may have begun
	exits  map[pid.PID]int
}

func newStory(t *rapid.T) *story {
	s := &story{world: newWorld(t, t.Cleanup), t: t, books: map[pid.PID]*book{}}
	for side := range s.puppets {
		for range 2 {
			s.spawn(side)
		}
	}
	s.connect()
	return s
}

func (s *story) spawn(side int) {
	p := spawn(s.t, s.nodes[side], runtime.MailboxOptions{Capacity: 2})
	s.puppets[side] = append(s.puppets[side], p)
	s.books[p.pid] = &book{active: map[pid.Ref]pid.PID{}, links: map[pid.PID]int{}, exits: map[pid.PID]int{}}
}

// couple draws a living process and one of the other node, dead or alive.
func (s *story) couple() (p *puppet, q pid.PID) {
	side := rapid.IntRange(0, 1).Draw(s.t, "side")
	p = rapid.SampledFrom(s.puppets[side]).Draw(s.t, "process")
	return p, rapid.SampledFrom(s.puppets[1-side]).Draw(s.t, "other").pid
}

// link counts for both sides: at the other one it begins when the frame arrives.
func (s *story) link() {
	p, q := s.couple()
	p.does(func(ctx *runtime.Context) {
		require.NoError(s.t, ctx.Link(q))
		s.books[p.pid].links[q]++
		s.books[q].links[p.pid]++
	})
}

func (s *story) unlink() {
	p, q := s.couple()
	p.does(func(ctx *runtime.Context) {
		require.NoError(s.t, ctx.Unlink(q))
		s.drain(ctx)
		require.NotContains(s.t, p.links(), q)
	})
}

func (s *story) monitor() {
	p, q := s.couple()
	p.does(func(ctx *runtime.Context) { s.books[p.pid].active[ctx.Monitor(q)] = q })
}

func (s *story) demonitor() {
	p, _ := s.couple()
	p.does(func(ctx *runtime.Context) {
		b := s.books[p.pid]
		s.drain(ctx)
		for ref := range b.active {
			require.True(s.t, ctx.Demonitor(ref), "it had no Down yet")
			delete(b.active, ref)
			return
		}
	})
}

// fill sends messages for which there is no room.
func (s *story) fill() {
	p, q := s.couple()
	p.does(func(ctx *runtime.Context) {
		for range 4 {
			_ = ctx.TrySend(q, "x")
		}
	})
}

// cross lets two processes link and unlink each other while nothing arrives.
func (s *story) cross() {
	p, q := s.couple()
	var other *puppet
	for side := range s.puppets {
		for _, o := range s.puppets[side] {
			if o.pid == q {
				other = o
			}
		}
	}
	flicker := func(to pid.PID) func(ctx *runtime.Context) {
		return func(ctx *runtime.Context) {
			for range rapid.IntRange(0, 2).Draw(s.t, "times") {
				require.NoError(s.t, ctx.Unlink(to))
				require.NoError(s.t, ctx.Link(to))
				s.books[ctx.PID()].links[to]++
				s.books[to].links[ctx.PID()]++
			}
			if rapid.Bool().Draw(s.t, "unlink") {
				require.NoError(s.t, ctx.Unlink(to))
			}
		}
	}
	p.does(flicker(q))
	other.does(flicker(p.pid))
}

func (s *story) end() {
	p, _ := s.couple()
	_ = p.rt.Exit(p.pid, signal.Kill)
}

func (s *story) read() {
	p, _ := s.couple()
	p.does(s.drain)
}

// drain receives all that is there, and books it.
func (s *story) drain(ctx *runtime.Context) {
	b := s.books[ctx.PID()]
	for {
		m, err := ctx.TryRecv()
		if err != nil {
			return
		}
		switch v := m.Value().(type) {
		case signal.Down:
			require.Equal(s.t, b.active[v.Ref], v.PID, "one Down, of a monitor that waits for it")
			delete(b.active, v.Ref)
		case signal.Exit:
			b.exits[v.From]++
			require.LessOrEqual(s.t, b.exits[v.From], b.links[v.From], "more exits than links")
		}
	}
}

func (s *story) arrive() {
	s.nodes[rapid.IntRange(0, 1).Draw(s.t, "at")].arriveSome(s)
}

func (n *node) arriveSome(s *story) {
	for range rapid.IntRange(1, 5).Draw(s.t, "frames") {
		if n.peer == nil || !n.receive(s.t) {
			return
		}
	}
}

// cut breaks the wire for one of the nodes; the other may notice much later.
func (s *story) cut() {
	n := s.nodes[rapid.IntRange(0, 1).Draw(s.t, "notices")]
	if n.peer != nil {
		n.lose(s.t, rapid.IntRange(0, 10).Draw(s.t, "arrive"))
	}
}

// mend connects the nodes again, once both have noticed.
func (s *story) mend() {
	for _, n := range s.nodes {
		if n.peer != nil {
			return
		}
	}
	if rapid.Bool().Draw(s.t, "attempts fail") {
		for _, n := range s.nodes {
			n.failDials()
		}
	}
	s.connect()
}

func (s *story) living(side int) (alive []*puppet) {
	for _, p := range s.puppets[side] {
		if p.rt.IsAlive(p.pid) {
			alive = append(alive, p)
		}
	}
	return alive
}

// agree checks, once nothing is on its way, that both ends of each link know of it, and
// that the ports count what there is.
func (s *story) agree() {
	if !s.connected() {
		return
	}
	s.settle()
	linked := map[[2]pid.PID]int{}
	for side := range s.puppets {
		for _, p := range s.living(side) {
			for _, q := range p.links() {
				pair := [2]pid.PID{p.pid, q}
				if side == 1 {
					pair = [2]pid.PID{q, p.pid}
				}
				linked[pair]++
			}
		}
	}
	for pair, ends := range linked {
		require.Equal(s.t, 2, ends, "%v is linked on one side only", pair)
	}
}

// over ends the story: after the loss of the connection nobody waits any more.
func (s *story) over() {
	for _, n := range s.nodes {
		if n.peer != nil {
			n.lose(s.t, 0)
		}
		n.failDials()
	}
	for side := range s.puppets {
		for _, p := range s.living(side) {
			p.does(s.drain)
			require.Empty(s.t, s.books[p.pid].active, "a monitor that never ends")
			require.Empty(s.t, p.links(), "a link that never ends")
		}
	}
	for _, n := range s.nodes {
		for side := range s.puppets {
			for _, p := range s.living(side) {
				_ = p.rt.Exit(p.pid, signal.Kill)
			}
		}
		require.Zero(s.t, n.port.Waiting(), "bytes that nobody can receive")
	}
}

// TestModel_EachLinkAndMonitorEndsExactlyOnce drives two tables over a wire that delays,
// cuts and restarts, with no network at all.
func TestModel_EachLinkAndMonitorEndsExactlyOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { rapid.Check(timeless{t}, tell) })
}

// timeless hides the test's deadline, which is not of the bubble's time.
type timeless struct{ rapid.TB }

// tell tells one story.
func tell(t *rapid.T) {
	s := newStory(t)
	act := func(f func()) func(*rapid.T) { return func(t *rapid.T) { s.t = t; f() } }
	t.Repeat(map[string]func(*rapid.T){
		"link": act(s.link), "unlink": act(s.unlink), "monitor": act(s.monitor), "demonitor": act(s.demonitor),
		"fill": act(s.fill), "cross": act(s.cross), "end": act(s.end), "read": act(s.read), "arrive": act(s.arrive), "cut": act(s.cut),
		"mend": act(s.mend), "agree": act(s.agree),
		"spawn": act(func() {
			if side := rapid.IntRange(0, 1).Draw(s.t, "side"); len(s.puppets[side]) < 6 {
				s.spawn(side)
			}
		}),
	})
	s.t = t
	s.over()
}
