package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// crowd is a number of processes that do to each other at random what processes can
// do. Who dies is replaced, until all acts are used up; then all stand still and can
// be looked at.
type crowd struct {
	t     *testing.T
	rt    *runtime.Runtime
	acts  atomic.Int64
	slots [16]atomic.Pointer[actor]

	mu  sync.Mutex
	all []*actor // guarded by mu; all that ever were
}

// actor is one of a crowd.
type actor struct {
	*crowd
	*rand.Rand
	h        runtime.ProcessHandle
	ctx      *runtime.Context
	monitors map[pid.Ref]pid.PID // those whose Down has not come
	still    chan struct{}       // closed when it has stopped acting
	gone     chan struct{}       // closed when its body returns
	look     chan chan error     // asks for a look at its monitors
}

func TestRandomActs_KeepEveryInvariantConcurrentSafe(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &crowd{t: t, rt: startWith(t, runtime.Config{})}
				c.acts.Store(hundredThousand)
				c.run(seed)
			})
		})
	}
}

func (c *crowd) run(seed uint64) {
	var keepers sync.WaitGroup
	for slot := range c.slots {
		c.slots[slot].Store(c.begin(seed))
	}
	for slot := range c.slots {
		keepers.Go(func() { c.keep(slot, seed) })
	}
	keepers.Wait()
	synctest.Wait()
	require.NoError(c.t, c.rt.Check())
	for _, a := range c.all {
		if a.h.IsAlive() {
			answer := make(chan error)
			a.look <- answer
			require.NoError(c.t, <-answer)
		} else {
			require.Zero(c.t, a.h.Holdings(), "of one that is dead")
		}
	}
	for _, a := range c.all {
		a.h.Exit(signal.Kill)
	}
}

// keep replaces the actor of a slot until one has stopped acting.
func (c *crowd) keep(slot int, seed uint64) {
	for {
		a := c.slots[slot].Load()
		select {
		case <-a.still:
			return
		case <-a.gone:
		}
		if c.acts.Load() <= 0 {
			return
		}
		c.slots[slot].Store(c.begin(seed))
	}
}

func (c *crowd) begin(seed uint64) *actor {
	a := &actor{
		crowd: c, monitors: map[pid.Ref]pid.PID{},
		still: make(chan struct{}), gone: make(chan struct{}), look: make(chan chan error),
	}
	c.mu.Lock()
	a.Rand = rand.New(rand.NewPCG(seed, uint64(len(c.all))))
	c.all = append(c.all, a)
	c.mu.Unlock()
	known := make(chan struct{})
	a.h = spawn(c.t, c.rt, func(ctx *runtime.Context) error {
		<-known
		return a.body(ctx)
	})
	close(known)
	return a
}

func (a *actor) body(ctx *runtime.Context) (err error) {
	defer close(a.gone)
	a.ctx = ctx
	for a.acts.Add(-1) >= 0 && err == nil {
		err = a.act()
	}
	if err != nil {
		return err
	}
	close(a.still)
	for {
		select {
		case answer := <-a.look:
			answer <- a.lookAtMonitors()
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// lookAtMonitors receives all that is there and checks that those monitors are
// active of which no Down has come, and that their targets live.
func (a *actor) lookAtMonitors() error {
	if err := a.receive(); err != nil {
		return err
	}
	if n := a.h.Holdings().Monitors; n != len(a.monitors) {
		return fmt.Errorf("%d monitors are active, and the Down of %d has not come", n, len(a.monitors))
	}
	for _, target := range a.monitors {
		if _, there := a.rt.Process(target); !there {
			return fmt.Errorf("the Down of %s is lost", target)
		}
	}
	return nil
}

// receive receives all that is there. Each Down is to be the only one of a monitor
// that was not taken away.
func (a *actor) receive() error {
	for {
		m, err := a.ctx.TryRecv()
		if err != nil {
			return ifNot(err, runtime.ErrEmpty)
		}
		if from, ok := m.From(); ok {
			_ = a.ctx.Reply(from, m.Value())
		}
		d, ok := m.Value().(signal.Down)
		if !ok {
			continue
		}
		if target, known := a.monitors[d.Ref]; !known || target != d.PID {
			a.t.Errorf("unexpected %v", d)
		}
		delete(a.monitors, d.Ref)
	}
}

// ifNot returns err, nil if it is the one that is expected.
func ifNot(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// act does one thing. It returns an error when the actor is to end.
func (a *actor) act() error {
	ctx, other := a.ctx, a.slots[a.IntN(len(a.slots))].Load().h.PID()
	name := fmt.Sprint("name", a.IntN(4))
	switch a.IntN(20) {
	case 0, 1, 2:
		_ = ctx.Link(other)
	case 3:
		_ = ctx.Unlink(other)
	case 4, 5, 6:
		if ref := ctx.Monitor(other); other != ctx.PID() && !ref.IsZero() {
			a.monitors[ref] = other
		}
	case 7:
		a.demonitor(ctx.Demonitor)
	case 8:
		a.demonitor(func(ref pid.Ref) bool { ctx.DemonitorFlush(ref); return true })
	case 9, 10:
		_ = ctx.Send(other, 1)
	case 11:
		_ = ctx.Exit(other, signal.Error("boom"))
	case 12:
		_ = ctx.Exit(other, signal.Kill)
	case 13:
		ctx.SetTrapExit(a.IntN(3) > 0)
	case 14:
		_ = ctx.Register(name)
	case 15:
		_ = ctx.Unregister(name)
	case 16:
		_, _ = runtime.CallTimeout[int](ctx, other, 1, time.Duration(a.IntN(50))*time.Microsecond)
	case 17:
		ctx.StartTimer(time.Duration(a.IntN(50)) * time.Microsecond)
	case 18:
		return a.spawnChild()
	case 19:
		if a.IntN(10) == 0 {
			return signal.Error("enough")
		}
	}
	return a.receive()
}

// demonitor takes one of the actor's monitors away. take reports whether no Down
// is to be expected.
func (a *actor) demonitor(take func(pid.Ref) bool) {
	for ref := range a.monitors {
		if take(ref) {
			delete(a.monitors, ref)
		}
		return
	}
}

// spawnChild starts one that ends at once.
func (a *actor) spawnChild() error {
	p, ref, err := a.ctx.SpawnOpt(runtime.SpawnOptions{Link: a.IntN(2) == 0, Monitor: true},
		func(*runtime.Context) error { return nil })
	if err == nil {
		a.monitors[ref] = p
	}
	return err
}
