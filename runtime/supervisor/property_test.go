package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// forest is a random tree, what is to happen to it, and who of it is alive.
type forest struct {
	draw  *rapid.T // only before the test begins
	spec  supervisor.Spec
	blows []strike
	end   signal.ExitReason
	names []string
	w     *world

	mu    sync.Mutex
	last  map[string]pid.PID // the last process of each name; guarded by mu, as all here
	pids  []pid.PID          // of all that ever were
	twice string             // who was alive twice
	fates map[string]string  // of the next start, by name
}

// The ways of a child to stop and to start.
var (
	manners = []string{"plain", "obedient", "stubborn", "slow"}
	fates   = []string{"", "", "", "fail", "panic", "hang", "ignore", "die"}
)

const (
	treeDepth    = 3
	startTimeout = 100 * time.Millisecond
	workerBound  = 50 * time.Millisecond
)

func (f *forest) tree(depth int) supervisor.Spec {
	s := supervisor.Spec{
		Strategy:     rapid.SampledFrom([]supervisor.Strategy{supervisor.OneForOne, supervisor.OneForAll, supervisor.RestForOne}).Draw(f.draw, "strategy"),
		Intensity:    rapid.SampledFrom([]int{supervisor.NoRestarts, 1, 3, 10}).Draw(f.draw, "intensity"),
		StartTimeout: startTimeout,
	}
	if rapid.IntRange(0, 3).Draw(f.draw, "backoff") == 0 {
		s.Backoff = supervisor.Backoff{Initial: 10 * time.Millisecond, Jitter: 0.5}
	}
	for range rapid.IntRange(1, 3).Draw(f.draw, "children") {
		s.Children = append(s.Children, f.child(depth))
	}
	return s
}

func (f *forest) child(depth int) supervisor.ChildSpec {
	id := fmt.Sprintf("%d", len(f.names))
	f.names = append(f.names, id)
	if depth < treeDepth && rapid.IntRange(0, 2).Draw(f.draw, "inner") == 0 {
		spec := f.tree(depth + 1)
		inner := supervisor.Child(id, spec)
		inner.Restart = f.restart()
		inner.Start = func(ctx context.Context) (pid.PID, error) {
			p, err := supervisor.StartLink(ctx, spec)
			f.met(p)
			return p, err
		}
		return inner
	}
	manner := rapid.SampledFrom(manners).Draw(f.draw, "manner")
	bound := rapid.SampledFrom([]time.Duration{supervisor.BrutalKill, workerBound}).Draw(f.draw, "bound")
	return supervisor.ChildSpec{ID: id, Restart: f.restart(), Shutdown: bound, Start: f.start(id, manner)}
}

func (f *forest) restart() supervisor.Restart {
	return rapid.SampledFrom([]supervisor.Restart{supervisor.Permanent, supervisor.Transient, supervisor.Temporary}).Draw(f.draw, "restart")
}

// start returns the start of a worker that once in a while goes wrong.
func (f *forest) start(id, manner string) supervisor.StartFunc {
	return func(ctx context.Context) (pid.PID, error) {
		fate := f.fate(id)
		switch fate {
		case "fail":
			return pid.PID{}, errBoom
		case "panic":
			panic("boom")
		case "ignore":
			return pid.PID{}, supervisor.ErrIgnore
		}
		opts := runtime.SpawnOptions{TrapExit: manner != "plain"}
		return supervisor.ReadyBody(opts, func(c *runtime.Context, starter runtime.From) error {
			f.born(id, c.PID())
			switch fate {
			case "hang":
				return stubborn(0)(c)
			case "die":
				return errBoom
			}
			if err := c.Reply(starter, nil); err != nil {
				return err
			}
			switch manner {
			case "stubborn":
				return stubborn(0)(c)
			case "slow":
				return stubborn(workerBound / 2)(c)
			}
			_, err := runtime.Receive[signal.Exit](c)
			return errors.Join(err, signal.Shutdown)
		})(ctx)
	}
}

func (f *forest) fate(id string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	fate := f.fates[id]
	delete(f.fates, id)
	return fate
}

func (f *forest) met(p pid.PID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pids = append(f.pids, p)
}

// born notes that a child has a process, and that the one before it still lives. A process
// that was killed is dead at once, though its goroutine may take a moment.
func (f *forest) born(id string, p pid.PID) {
	f.met(p)
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, lives := f.w.rt.Process(p); !lives {
		return // it was killed before it has come here, and another may have taken its place
	}
	if _, lives := f.w.rt.Process(f.last[id]); lives {
		f.twice = id
	}
	f.last[id] = p
}

// strike is something bad.
type strike struct {
	victim int // the number of a process, modulo how many there were so far
	reason signal.ExitReason
	name   string
	fate   string // of the next start of name
	pause  time.Duration
}

func drawForest(draw *rapid.T) *forest {
	f := &forest{draw: draw, last: make(map[string]pid.PID), fates: make(map[string]string)}
	f.spec = f.tree(1)
	f.end = rapid.SampledFrom([]signal.ExitReason{signal.Shutdown, signal.Kill}).Draw(draw, "end")
	for range rapid.IntRange(0, 15).Draw(draw, "strikes") {
		f.blows = append(f.blows, strike{
			victim: rapid.IntRange(0, 1000).Draw(draw, "victim"),
			reason: rapid.SampledFrom([]signal.ExitReason{signal.Kill, signal.Shutdown, signal.Normal, boom}).Draw(draw, "reason"),
			name:   rapid.SampledFrom(f.names).Draw(draw, "name"),
			fate:   rapid.SampledFrom(fates).Draw(draw, "fate"),
			pause:  time.Duration(max(0, rapid.IntRange(-60, 120).Draw(draw, "pause"))) * time.Millisecond,
		})
	}
	return f
}

// strike lets it happen. To those who trap exits, and expect this one from their parent
// only, it may be nothing.
func (f *forest) strike(s strike) {
	f.mu.Lock()
	victim := f.pids[s.victim%len(f.pids)]
	f.fates[s.name] = s.fate
	f.mu.Unlock()
	_ = f.w.ctx.Exit(victim, s.reason)
	if s.pause > 0 {
		f.w.pass(s.pause)
	}
}

// Random trees under random deaths, with children that fail, panic, hang or die in their
// start and that do not heed exit signals: there is never a child twice, every stop is
// within its bound, and in the end nobody is left.
func TestProperty_NoOrphanNoDuplicateNoLeakAndStopsWithinBounds(t *testing.T) {
	rapid.Check(t, func(draw *rapid.T) {
		f := drawForest(draw)
		var problem error
		synctest.Test(t, func(t *testing.T) {
			f.w = &world{T: t, logs: &logs{}}
			f.w.rt = runtime.MustNew(runtime.Config{Logger: discard})
			ran := f.w.rt.Run(context.Background(), func(ctx *runtime.Context) error {
				ctx.SetTrapExit(true)
				f.w.ctx = ctx
				return f.grow()
			})
			problem = errors.Join(ran, f.w.rt.Shutdown(context.Background()))
		})
		require.NoError(draw, problem)
	})
}

// grow starts the tree, lets everything happen to it, ends it, and returns what is wrong.
func (f *forest) grow() error {
	sup, err := supervisor.StartLink(f.w.ctx, f.spec)
	if err != nil {
		return err
	}
	f.met(sup)
	for _, s := range f.blows {
		f.strike(s)
	}
	began := f.w.rt.Uptime()
	ref := f.w.ctx.Monitor(sup)
	if err := f.w.ctx.Exit(sup, f.end); err != nil {
		return err
	}
	if _, err := runtime.ReceiveMatch(f.w.ctx, func(d signal.Down) bool { return d.Ref == ref }); err != nil {
		return err
	}
	// All stop one after the other at the worst, each within its own bound, and a start
	// that hangs is given up at once.
	bound := time.Duration(len(f.names)) * workerBound
	if took := f.w.rt.Uptime() - began; took > bound {
		return fmt.Errorf("the stop took %s of %s", took, bound)
	}
	f.w.pass(bound)
	synctest.Wait()
	return f.left()
}

// left returns an error if somebody is left, or there was ever one too many.
func (f *forest) left() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.twice != "" {
		return fmt.Errorf("child %s had two processes", f.twice)
	}
	if n := f.w.rt.Len(); n != 1 {
		return fmt.Errorf("%d processes are left", n-1)
	}
	return nil
}
