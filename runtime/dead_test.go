package runtime_test

import (
	"flag"
	goruntime "runtime"
	"sync"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// Nothing of the dead stays: neither the process nor its mail, whoever still knows its
// PID, has a handle of it, or has sent to it. Weak pointers tell what is gone.

var dead = flag.Int("dead", 50_000, "how many processes or calls the flat shapes of TestDead go through")

// cargo is mail that a weak pointer can follow: it is not copied on the way.
type cargo [4 << 10]byte

// ImmutableTerm marks cargo as free to share.
func (*cargo) ImmutableTerm() {}

// graves are what has to be gone in the end.
type graves struct {
	mu   sync.Mutex
	gone map[string][]func() bool
}

func (g *graves) add(what string, isGone func() bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.gone == nil {
		g.gone = map[string][]func() bool{}
	}
	g.gone[what] = append(g.gone[what], isGone)
}

// process notes that ctx's process has to be gone.
func (g *graves) process(ctx *runtime.Context) {
	w := runtime.WeakProcess(ctx)
	g.add("process", func() bool { return w.Value() == nil })
}

// mail returns a message that has to be gone.
func (g *graves) mail() *cargo {
	c := new(cargo)
	w := weak.Make(c)
	g.add("mail", func() bool { return w.Value() == nil })
	return c
}

// left counts what is not gone yet.
func (g *graves) left() map[string]int {
	left := map[string]int{}
	for what, all := range g.gone {
		for _, isGone := range all {
			if !isGone() {
				left[what]++
			}
		}
	}
	return left
}

// requireEmpty waits until all is gone, or for as many collections as the last
// goroutines may take to leave.
func (g *graves) requireEmpty(t *testing.T) {
	t.Helper()
	for range 4000 {
		goruntime.GC()
		if len(g.left()) == 0 {
			return
		}
		goruntime.Gosched()
	}
	require.Empty(t, g.left(), "of %d processes and %d messages", len(g.gone["process"]), len(g.gone["mail"]))
}

// receiver starts a process that receives nothing until it is told to end.
func (g *graves) receiver(t *testing.T, ctx *runtime.Context, opts runtime.SpawnOptions) (pid.PID, pid.Ref) {
	begun := make(chan struct{})
	opts.Monitor = true
	p, ref, err := ctx.SpawnOpt(opts, func(ctx *runtime.Context) error {
		g.process(ctx)
		close(begun)
		<-ctx.Done()
		return nil
	})
	require.NoError(t, err)
	<-begun
	return p, ref
}

// forget makes ctx's process send to another process than the dead one.
func forget(t *testing.T, ctx *runtime.Context) { require.NoError(t, ctx.Send(ctx.PID(), 1)) }

func kill(t *testing.T, ctx *runtime.Context, p pid.PID, ref pid.Ref) {
	require.NoError(t, ctx.Exit(p, signal.Kill))
	down(t, ctx, ref)
}

// deadShapes are ways to die. Each returns what it keeps alive until after the look at
// the graves.
var deadShapes = map[string]func(t *testing.T, ctx *runtime.Context, g *graves) (kept any){
	"an idle sender of a killed receiver": func(t *testing.T, ctx *runtime.Context, g *graves) any {
		p, ref := g.receiver(t, ctx, runtime.SpawnOptions{})
		for range 20 {
			require.NoError(t, ctx.Send(p, g.mail()))
		}
		kill(t, ctx, p, ref)
		delete(g.gone, "process") // the sender remembers one, without its mail
		return nil
	},
	"a bounded receiver with a sender that waits": func(t *testing.T, ctx *runtime.Context, g *graves) any {
		p, ref := g.receiver(t, ctx, runtime.SpawnOptions{Mailbox: runtime.MailboxOptions{Capacity: 2}})
		waited := make(chan error, 1)
		require.NoError(t, ctx.Send(p, g.mail()))
		require.NoError(t, ctx.Send(p, g.mail()))
		go func() { waited <- ctx.Runtime().Send(t.Context(), p, g.mail()) }()
		kill(t, ctx, p, ref)
		require.ErrorIs(t, <-waited, runtime.ErrNoProc)
		delete(g.gone, "process")
		return nil
	},
	"a kept handle": func(t *testing.T, ctx *runtime.Context, g *graves) any {
		p, ref := g.receiver(t, ctx, runtime.SpawnOptions{})
		h, _ := ctx.Runtime().Process(p)
		require.NoError(t, h.Send(ctx, g.mail()))
		kill(t, ctx, p, ref)
		delete(g.gone, "process")
		return h
	},
	"a zombie": func(t *testing.T, ctx *runtime.Context, g *graves) any {
		leave, begun := make(chan struct{}), make(chan struct{})
		p, ref, err := ctx.SpawnMonitor(func(ctx *runtime.Context) error {
			other, _ := g.receiver(t, ctx, runtime.SpawnOptions{Link: true})
			require.NoError(t, ctx.Send(other, g.mail()))
			close(begun)
			<-leave
			_ = ctx.Send(ctx.PID(), g.mail())
			return nil
		})
		require.NoError(t, err)
		<-begun
		require.NoError(t, ctx.Send(p, g.mail()))
		kill(t, ctx, p, ref)
		t.Cleanup(func() { close(leave) })
		return nil
	},
	"armed timers": func(t *testing.T, ctx *runtime.Context, g *graves) any {
		p, ref := g.receiver(t, ctx, runtime.SpawnOptions{})
		for range 20 {
			_, err := ctx.SendAfter(p, time.Hour, g.mail())
			require.NoError(t, err)
			_, err = ctx.SendEvery(p, time.Hour, g.mail())
			require.NoError(t, err)
		}
		kill(t, ctx, p, ref)
		return nil
	},
	"asleep": func(t *testing.T, ctx *runtime.Context, g *graves) any {
		held := g.mail()
		p, ref, err := ctx.SpawnMonitor(func(ctx *runtime.Context) error {
			g.process(ctx)
			_ = ctx.StartTimer(time.Hour)
			return ctx.Hibernate(func(*runtime.Context) error { return ctx.Send(ctx.PID(), held) })
		})
		require.NoError(t, err)
		h, _ := ctx.Runtime().Process(p)
		for !h.Info().Hibernating {
			goruntime.Gosched()
		}
		kill(t, ctx, p, ref)
		return nil
	},
	"a star": func(t *testing.T, ctx *runtime.Context, g *graves) any {
		hub, hubRef := g.receiver(t, ctx, runtime.SpawnOptions{TrapExit: true})
		for range 30 {
			p, ref, err := ctx.SpawnMonitor(func(ctx *runtime.Context) error {
				g.process(ctx)
				ctx.Monitor(hub)
				must(t, ctx.Link(hub))
				return ctx.Send(hub, g.mail())
			})
			require.NoError(t, err)
			down(t, ctx, ref)
			require.ErrorIs(t, ctx.Send(p, 1), runtime.ErrNoProc)
		}
		kill(t, ctx, hub, hubRef)
		return nil
	},
	"a ring": func(t *testing.T, ctx *runtime.Context, g *graves) any {
		const size = 10
		ring, refs := make([]pid.PID, size), make([]pid.Ref, size)
		for i := range ring {
			next := ring[(i+size-1)%size]
			ready := make(chan struct{})
			var err error
			ring[i], refs[i], err = ctx.SpawnMonitor(func(ctx *runtime.Context) error {
				g.process(ctx)
				if !next.IsZero() {
					must(t, ctx.Link(next))
					must(t, ctx.Send(next, g.mail()))
				}
				close(ready)
				for {
					m, err := ctx.RecvMatch(func(m runtime.Message) bool { _, is := m.Value().(pid.PID); return is })
					if err != nil {
						return err
					}
					_ = ctx.Send(m.Value().(pid.PID), g.mail()) // either may be about to die
				}
			})
			require.NoError(t, err)
			<-ready
		}
		require.NoError(t, ctx.Send(ring[0], ring[size-1])) // closes the ring
		require.NoError(t, ctx.Exit(ring[4], signal.Shutdown))
		for _, ref := range refs {
			down(t, ctx, ref)
		}
		forget(t, ctx)
		return nil
	},
	"callers whose calls displaced each other": func(t *testing.T, ctx *runtime.Context, g *graves) any {
		_, ref, err := ctx.SpawnMonitor(func(ctx *runtime.Context) error {
			g.process(ctx)
			server, err := ctx.SpawnLink(batches(5))
			must(t, err)
			var helpers sync.WaitGroup
			for range 5 {
				helpers.Go(func() {
					for range 10 {
						_, err := runtime.CallTimeout[any](ctx, server, g.mail(), time.Hour)
						must(t, err)
					}
				})
			}
			helpers.Wait()
			return nil
		})
		require.NoError(t, err)
		down(t, ctx, ref)
		return nil
	},
	"a watched exit": func(t *testing.T, ctx *runtime.Context, g *graves) any {
		begun := make(chan runtime.ProcessHandle, 1)
		_, ref, err := ctx.SpawnMonitor(func(ctx *runtime.Context) error {
			g.process(ctx)
			_, _ = ctx.WatchExit(pid.PID{}) // never stopped
			h, _ := ctx.Runtime().Process(ctx.PID())
			begun <- h
			return nil
		})
		require.NoError(t, err)
		down(t, ctx, ref)
		<-begun
		return nil
	},
}

// batches is a server that answers so many calls at once.
func batches(size int) runtime.Body {
	return func(ctx *runtime.Context) error {
		var waiting []runtime.From
		for {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			from, _ := m.From()
			if waiting = append(waiting, from); len(waiting) < size {
				continue
			}
			for _, from := range waiting {
				_ = ctx.Reply(from, nil)
			}
			waiting = waiting[:0]
		}
	}
}

func TestDead_NothingOfThemStays(t *testing.T) {
	for name, shape := range deadShapes {
		t.Run(name, func(t *testing.T) {
			rt, g := start(t), &graves{}
			within(t, rt, func(ctx *runtime.Context) error {
				ctx.SetTrapExit(true)
				kept := shape(t, ctx, g)
				g.requireEmpty(t)
				goruntime.KeepAlive(kept)
				return nil
			})
		})
	}
}

// deadStreams go through n processes or calls of which few live at a time.
var deadStreams = map[string]func(t *testing.T, ctx *runtime.Context, n int){
	"successors": func(t *testing.T, ctx *runtime.Context, n int) {
		done := make(chan struct{})
		var generation func(n int, parent pid.PID) runtime.Body
		generation = func(n int, parent pid.PID) runtime.Body {
			return func(ctx *runtime.Context) error {
				_ = ctx.Send(parent, "I am here")
				if n == 0 {
					close(done)
					return nil
				}
				if _, err := ctx.Spawn(generation(n-1, ctx.PID())); err != nil {
					return err
				}
				_, err := ctx.Recv()
				return err
			}
		}
		_, err := ctx.Spawn(generation(n, ctx.PID()))
		must(t, err)
		<-done
		_, err = ctx.Recv()
		must(t, err)
	},
	"hand-over": func(t *testing.T, ctx *runtime.Context, n int) {
		// Each gets its predecessor's mail passed on, and then speaks to its successor.
		me := ctx.PID()
		worker := func(ctx *runtime.Context) error {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			next, err := runtime.Receive[pid.PID](ctx)
			if err != nil {
				return err
			}
			_ = ctx.Send(next, m.Value())
			return ctx.Send(me, next)
		}
		last, err := ctx.Spawn(worker)
		must(t, err)
		must(t, ctx.Send(last, "mail"))
		for range n {
			next, err := ctx.Spawn(worker)
			must(t, err)
			must(t, ctx.Send(last, next))
			_, err = ctx.Recv()
			must(t, err)
			last = next
		}
		must(t, ctx.Exit(last, signal.Kill))
	},
	"calls that overlap": func(t *testing.T, ctx *runtime.Context, n int) {
		const helpers = 10
		server, err := ctx.Spawn(batches(helpers))
		must(t, err)
		var all sync.WaitGroup
		for range helpers {
			all.Go(func() {
				for range n / helpers {
					_, err := runtime.CallTimeout[any](ctx, server, 1, time.Hour)
					must(t, err)
				}
			})
		}
		all.Wait()
		must(t, ctx.Exit(server, signal.Kill))
	},
	"watchers": func(t *testing.T, ctx *runtime.Context, n int) {
		for range n {
			_, ref, err := ctx.SpawnMonitor(func(*runtime.Context) error { return nil })
			must(t, err)
			down(t, ctx, ref)
		}
	},
	"timers": func(t *testing.T, ctx *runtime.Context, n int) {
		for range n {
			ref, err := ctx.SendAfter(ctx.PID(), time.Hour, 1)
			must(t, err)
			ctx.CancelTimer(ref)
		}
	},
}

func heapInUse() int64 {
	goruntime.GC()
	goruntime.GC()
	var m goruntime.MemStats
	goruntime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// A stream twice as long must not need more than a byte or so for each that is gone. What
// the successors leave is Go's: the descriptors of goroutines (runtime.malg, 440 bytes),
// which it keeps for the next ones, as many as ever ran at once. Each parent ends a
// little after its child has begun, so on a busy machine these are some thousands.
func TestDead_MemoryStaysFlat(t *testing.T) {
	for name, stream := range deadStreams {
		t.Run(name, func(t *testing.T) {
			within(t, start(t), func(ctx *runtime.Context) error {
				stream(t, ctx, 1000) // what is made once is there then
				before := heapInUse()
				stream(t, ctx, *dead)
				grown := heapInUse() - before
				require.Less(t, grown, int64(4<<20+*dead*8), "the heap has grown by %d bytes for each", grown/int64(*dead))
				return nil
			})
		})
	}
}
