package runtime

import (
	"cmp"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime/internal/text"
)

// Zombie is a goroutine whose process is Dead although its body has not returned:
// it was killed, or did not return within the exit grace. It is cut off from
// everything, but Go cannot end it. OTP has the same for native code.
type Zombie struct {
	PID    pid.PID
	Label  string
	Reason signal.ExitReason
	Since  time.Time // when the process became Dead
	Age    time.Duration
	Stack  string // of the goroutine; "" if it was not found, see [Runtime.Zombies]
}

// zombies is the list of a runtime's zombies.
type zombies struct {
	mu    sync.Mutex
	list  map[*process]*zombie // guarded by mu; a zombie's goroutine takes it out when it ends
	sweep *time.Timer          // guarded by mu; runs while the list is not empty, for the first report
	due   time.Time            // guarded by mu; when sweep fires

	looking sync.Mutex // held by whoever looks at stacks; before mu
	looked  time.Time  // guarded by looking; when that was last done
}

// zombie is what is known of one. All is guarded by zombies.mu.
type zombie struct {
	since    time.Time
	due      time.Time // when it is to be reported
	reported bool
	seen     bool // stacks were looked at since it is here
	stack    string
}

// lookEvery is how often the stacks of all goroutines are looked at, if they are many.
const lookEvery = 10 * time.Second

// add is called with p.mu held, so that end finds it.
func (z *zombies) add(p *process) {
	now := time.Now()
	rec := &zombie{since: now, due: now.Add(p.graceLocked())}
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.list == nil {
		z.list = make(map[*process]*zombie)
	}
	z.list[p] = rec
	if z.sweep == nil || rec.due.Before(z.due) {
		z.sweepAtLocked(p.rt, rec.due)
	}
}

func (z *zombies) sweepAtLocked(rt *Runtime, at time.Time) {
	if z.sweep != nil {
		z.sweep.Stop()
	}
	z.due = at
	z.sweep = time.AfterFunc(time.Until(at), rt.reportZombies) // stopped with the last zombie
}

func (z *zombies) remove(p *process) {
	z.mu.Lock()
	delete(z.list, p)
	if len(z.list) == 0 && z.sweep != nil {
		z.sweep.Stop()
		z.sweep = nil
	}
	z.mu.Unlock()
	p.rt.processEnded()
}

func (z *zombies) len() int {
	z.mu.Lock()
	defer z.mu.Unlock()
	return len(z.list)
}

// ZombieCount returns the number of zombies, at little cost.
func (rt *Runtime) ZombieCount() int { return rt.zombies.len() }

// Zombies lists the zombies, the oldest first, with their stacks. Each is looked for
// once. If the program has more than a thousand goroutines, stacks are looked at once
// in ten seconds at most, and those of single zombies are not told apart.
func (rt *Runtime) Zombies() []Zombie {
	z := &rt.zombies
	z.look(rt)
	z.mu.Lock()
	if len(z.list) == 0 {
		z.mu.Unlock()
		return nil
	}
	list := make([]Zombie, 0, len(z.list))
	procs := make([]*process, 0, len(z.list))
	for p, rec := range z.list {
		list = append(list, Zombie{PID: p.pid(), Since: rec.since, Age: time.Since(rec.since), Stack: rec.stack})
		procs = append(procs, p)
	}
	z.mu.Unlock()
	for i, p := range procs {
		list[i].Label, list[i].Reason = p.labelAndReason()
	}
	slices.SortFunc(list, func(a, b Zombie) int {
		return cmp.Or(a.Since.Compare(b.Since), a.PID.Compare(b.PID))
	})
	return list
}

func (p *process) labelAndReason() (string, signal.ExitReason) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rec == nil {
		return "", signal.Normal
	}
	return p.rec.label, p.rec.reason
}

// look finds the stacks of those zombies that were not looked for yet, if any, all in
// one look. It returns what the goroutines of processes do if they are too many to be
// told apart.
func (z *zombies) look(rt *Runtime) (groups string) {
	z.looking.Lock()
	defer z.looking.Unlock()
	unseen := z.unseen()
	if len(unseen) == 0 {
		return ""
	}
	few := areFewGoroutines()
	if !few && !z.looked.IsZero() && time.Since(z.looked) < lookEvery {
		return ""
	}
	z.looked = time.Now()
	if !few {
		z.note(unseen, nil)
		return stackGroups(text.MaxReportBytes)
	}
	z.note(unseen, processStacks())
	return ""
}

func (z *zombies) unseen() (all []*process) {
	z.mu.Lock()
	defer z.mu.Unlock()
	for p, rec := range z.list {
		if !rec.seen {
			all = append(all, p)
		}
	}
	return all
}

func (z *zombies) note(seen []*process, stacks map[string]string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	for _, p := range seen {
		if rec := z.list[p]; rec != nil {
			rec.seen, rec.stack = true, stacks[frameOf(p)]
		}
	}
}

// reportZombies reports those that are due, and is called again when more are. If it
// may not look at the stacks now, it waits until it may.
func (rt *Runtime) reportZombies() {
	z := &rt.zombies
	groups := z.look(rt)
	due := z.takeDue(rt)
	for p, rec := range due {
		if rt.reports.admit(rt, zombieMessage, "", "") {
			_, reason := p.labelAndReason()
			rt.log(slog.LevelWarn, zombieMessage, append(p.attrs(), slog.String(keyReason, reason.String()),
				slog.Time(keySince, rec.since), slog.String(keyStack, rec.stack)))
		}
	}
	if groups != "" {
		rt.log(slog.LevelWarn, zombieMessage, []slog.Attr{slog.Int(keyTimes, len(due)), slog.String(keyStacks, groups)})
	}
}

// takeDue returns the zombies that are to be reported now, and sets the clock for the
// next ones.
func (z *zombies) takeDue(rt *Runtime) map[*process]zombie {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.sweep = nil
	now := time.Now()
	due := make(map[*process]zombie)
	var next time.Time
	for p, rec := range z.list {
		switch {
		case rec.reported:
		case rec.seen && !rec.due.After(now):
			rec.reported = true
			due[p] = *rec
		default:
			at := rec.due
			if !at.After(now) {
				at = now.Add(lookEvery) // to be looked for first
			}
			if next.IsZero() || at.Before(next) {
				next = at
			}
		}
	}
	if !next.IsZero() {
		z.sweepAtLocked(rt, next)
	}
	return due
}
