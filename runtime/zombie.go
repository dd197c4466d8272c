package runtime

import (
	"bytes"
	"cmp"
	"fmt"
	goruntime "runtime"
	"slices"
	"sync"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// MaxStackDumpBytes bounds the memory for the stacks that [Runtime.Zombies] looks
// through. In a program with more goroutines than fit, some zombies are listed
// without their stack.
const MaxStackDumpBytes = 64 << 20

// Zombie is a goroutine whose process is Dead although its body has not returned:
// it was killed, or did not return within the exit grace. It is cut off from
// everything, but Go cannot end it. OTP has the same for native code.
type Zombie struct {
	PID    pid.PID
	Label  string
	Reason signal.ExitReason
	Since  time.Time // when the process became Dead
	Age    time.Duration
	Stack  string // of the goroutine; "" if it has ended meanwhile
}

// zombies is the list of a runtime's zombies.
type zombies struct {
	mu   sync.Mutex
	list map[*process]*zombie // guarded by mu
}

type zombie struct {
	since  time.Time
	report *time.Timer // reports it if it stays long
}

// add is called with p.mu held, so that end finds it.
func (z *zombies) add(p *process) {
	rec := &zombie{since: time.Now()}
	rec.report = time.AfterFunc(p.graceLocked(), func() { p.rt.reportZombie(p, rec.since) })
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.list == nil {
		z.list = make(map[*process]*zombie)
	}
	z.list[p] = rec
}

func (z *zombies) remove(p *process) {
	z.mu.Lock()
	if rec := z.list[p]; rec != nil {
		rec.report.Stop()
		delete(z.list, p)
	}
	z.mu.Unlock()
	p.rt.processEnded()
}

func (z *zombies) len() int {
	z.mu.Lock()
	defer z.mu.Unlock()
	return len(z.list)
}

func (z *zombies) snapshot() map[*process]time.Time {
	z.mu.Lock()
	defer z.mu.Unlock()
	all := make(map[*process]time.Time, len(z.list))
	for p, rec := range z.list {
		all[p] = rec.since
	}
	return all
}

// ZombieCount returns the number of zombies, at little cost.
func (rt *Runtime) ZombieCount() int { return rt.zombies.len() }

// Zombies lists the zombies, the oldest first, with their stacks. To get those it
// stops all goroutines of the program for a moment.
func (rt *Runtime) Zombies() []Zombie {
	all := rt.zombies.snapshot()
	if len(all) == 0 {
		return nil
	}
	stacks := allStacks()
	list := make([]Zombie, 0, len(all))
	for p, since := range all {
		list = append(list, p.asZombie(since, stacks))
	}
	slices.SortFunc(list, func(a, b Zombie) int {
		return cmp.Or(a.Since.Compare(b.Since), a.PID.Compare(b.PID))
	})
	return list
}

func (p *process) asZombie(since time.Time, stacks []byte) Zombie {
	p.mu.Lock()
	defer p.mu.Unlock()
	z := Zombie{PID: p.pid(), Reason: p.reasonLocked(), Since: since, Age: time.Since(since)}
	if p.rec != nil {
		z.Label = p.rec.label
	}
	z.Stack = stackOf(p, stacks)
	return z
}

func allStacks() []byte {
	for size := 64 << 10; ; size *= 4 {
		buf := make([]byte, min(size, MaxStackDumpBytes))
		n := goruntime.Stack(buf, true)
		if n < len(buf) || len(buf) == MaxStackDumpBytes {
			return buf[:n]
		}
	}
}

// stackOf finds the goroutine of p among stacks: the one with the frame of run
// whose receiver is p.
func stackOf(p *process, stacks []byte) string {
	frame := fmt.Appendf(nil, "/runtime.(*process).run(%p", p)
	for _, stack := range bytes.Split(stacks, []byte("\n\n")) {
		if bytes.Contains(stack, frame) {
			return string(stack)
		}
	}
	return ""
}
