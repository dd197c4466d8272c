package inspect

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime/internal/text"
	"github.com/starlang-go/starlang/term"
)

// AlarmKind says what is wrong.
type AlarmKind string

// The kinds of alarms, and when each begins and ends.
const (
	AlarmMailbox AlarmKind = "mailbox" // 5,000 messages wait; fewer than 500 do
	AlarmGrowth  AlarmKind = "growth"  // a mailbox has grown by 100 or more at each of 3 looks; it does not grow
	AlarmStalled AlarmKind = "stalled" // has mail and has received nothing since the last look; it has
	AlarmCycle   AlarmKind = "cycle"   // processes wait for each other in a circle; they do not
	AlarmZombies AlarmKind = "zombies" // there is a zombie; there is none
	// A supervisor has used 80 % of the restarts after which it gives up; less than 50 %,
	// or it has restarted nothing for as long as restarts count.
	AlarmRestarts AlarmKind = "restarts"
	AlarmConn     AlarmKind = "conn"    // the queue of a connection is full by 80 %; by less than 50 %
	AlarmCrashes  AlarmKind = "crashes" // 20 crashes since the last look; fewer than 5
)

// AlarmKinds returns all kinds.
func AlarmKinds() []AlarmKind {
	return []AlarmKind{
		AlarmMailbox, AlarmGrowth, AlarmStalled, AlarmCycle, AlarmZombies, AlarmRestarts, AlarmConn, AlarmCrashes,
	}
}

// Alarm is something that is wrong.
type Alarm struct {
	Kind    AlarmKind `json:"kind"`
	Subject string    `json:"subject,omitempty"` // a process, or a node
	Name    string    `json:"name,omitempty"`    // of the process
	Value   float64   `json:"value"`             // what was too much, at the last look
	Since   time.Time `json:"since"`
}

// AlarmChange is the begin or the end of an alarm.
type AlarmChange struct {
	Seq uint64    `json:"seq"`
	At  time.Time `json:"at"`
	On  bool      `json:"on"`
	Alarm
}

// Alarms asks for what is wrong, and what has changed of that.
type Alarms struct {
	After uint64        // only changes of a higher Seq
	Wait  time.Duration // for how long to wait for a change if there is none
}

// AlarmList is the answer to [Alarms].
type AlarmList struct {
	Active  []Alarm       `json:"active"`
	Changes []AlarmChange `json:"changes"`
	Lost    uint64        `json:"lost,omitempty"` // changes that are forgotten already
}

func init() {
	term.MustRegister[Alarms]("inspect.Alarms")
	term.MustRegister[AlarmList]("inspect.AlarmList")
}

// maxWait bounds how long a question may wait for news.
const maxWait = 30 * time.Second

func (q Alarms) answer(ctx context.Context, n *node) (any, error) {
	n.alarms.changes.await(ctx, q.After, min(q.Wait, maxWait))
	list := AlarmList{Active: n.alarms.all()}
	list.Changes, list.Lost = n.alarms.changes.after(q.After, MaxRows)
	return list, context.Cause(ctx)
}

// The bounds of the look-out for alarms.
const (
	lookEvery  = 5 * time.Second
	lookShare  = 100  // a look may take one part in so many of the time
	maxAlarms  = 200  // of each kind
	maxSuspect = 5000 // processes that are remembered from one look to the next
	maxChanges = 500
)

// alarmID is what makes two alarms the same.
type alarmID struct {
	kind    AlarmKind
	subject string
}

// alarms are what is wrong on a node. Looks take place one after the other.
type alarms struct {
	mu     sync.Mutex
	active map[alarmID]*Alarm // guarded by mu

	changes  ring[AlarmChange]
	suspects map[pid.PID]suspect // of the one who looks
	crashed  uint64              // of the one who looks
}

// suspect is what a process with mail was like at the last look.
type suspect struct {
	received uint64
	queue    uint32
	grown    int // at how many looks in a row
}

func (a *alarms) all() []Alarm {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := make([]Alarm, 0, len(a.active))
	for _, alarm := range a.active {
		all = append(all, *alarm)
	}
	slices.SortFunc(all, func(a, b Alarm) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Subject, b.Subject))
	})
	return all
}

// look finds out what is wrong now, and returns after what time to look again.
func (n *node) look(ctx context.Context) time.Duration {
	begun := time.Now()
	a := &n.alarms
	now := make(findings)
	n.lookAtProcesses(ctx, now)
	n.lookAtTheRest(ctx, now)
	if ctx.Err() == nil {
		if begun := a.update(now, begun, n); len(begun) > 0 {
			n.recordAlarm(begun[0])
		}
	}
	return max(lookEvery, lookShare*time.Since(begun))
}

// findings are values, and whether each is enough to begin an alarm; if not, it is
// enough for one to go on.
type findings map[alarmID]finding

type finding struct {
	value float64
	on    bool
	pid   pid.PID
}

func (f findings) add(kind AlarmKind, subject string, value float64, on bool) {
	f[alarmID{kind, subject}] = finding{value: value, on: on}
}

func (f findings) addProcess(kind AlarmKind, p pid.PID, value float64, on bool) {
	f[alarmID{kind, p.String()}] = finding{value, on, p}
}

// The numbers at which alarms begin and end.
const (
	mailboxOn, mailboxOff = 5000, 500
	growthOn, growthLooks = 100, 3

	restartsOn, restartsOff = 0.8, 0.5
	connOn, connOff         = 0.8, 0.5

	crashesOn, crashesOff = 20, 5
)

func (n *node) lookAtProcesses(ctx context.Context, now findings) {
	a := &n.alarms
	was := a.suspects
	a.suspects = make(map[pid.PID]suspect)
	for b := range n.briefs(ctx) {
		if b.QueueLen == 0 {
			continue
		}
		if b.QueueLen >= mailboxOff {
			now.addProcess(AlarmMailbox, b.PID, float64(b.QueueLen), b.QueueLen >= mailboxOn)
		}
		s := suspect{b.Received, b.QueueLen, 0}
		if old, ok := was[b.PID]; ok {
			if b.QueueLen >= old.queue+growthOn {
				s.grown = old.grown + 1
				now.addProcess(AlarmGrowth, b.PID, float64(b.QueueLen-old.queue), s.grown >= growthLooks)
			}
			if b.Received == old.received {
				now.addProcess(AlarmStalled, b.PID, float64(b.QueueLen), true)
			}
		}
		if len(a.suspects) < maxSuspect {
			a.suspects[b.PID] = s
		}
	}
}

func (n *node) lookAtTheRest(ctx context.Context, now findings) {
	if z := n.rt.ZombieCount(); z > 0 {
		now.add(AlarmZombies, "", float64(z), true)
	}
	crashed := n.rt.Crashed()
	if d := crashed - n.alarms.crashed; d >= crashesOff {
		now.add(AlarmCrashes, "", float64(d), d >= crashesOn)
	}
	n.alarms.crashed = crashed
	n.events.intensities.look(time.Now(), now)
	for _, p := range n.peers() {
		if full := float64(p.Queue) / float64(max(p.QueueLimit, 1)); full >= connOff {
			now.add(AlarmConn, p.Node, full, full >= connOn)
		}
	}
	cycles, _, _ := n.cycles(ctx)
	for _, c := range cycles {
		now.addProcess(AlarmCycle, c.Waits[0].Caller, float64(len(c.Waits)), true)
	}
}

// recordAlarm keeps what has led to an alarm.
func (n *node) recordAlarm(kind AlarmKind) {
	if err := n.flight.alarm(kind); err != nil {
		n.log(slog.LevelWarn, "the flight recorder fails", slog.String("error", text.Error(err, text.MaxReportBytes)))
	}
}

// update begins and ends alarms, and returns what has begun.
func (a *alarms) update(now findings, at time.Time, n *node) (begun []AlarmKind) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for id, alarm := range a.active {
		if _, still := now[id]; !still {
			delete(a.active, id)
			a.note(*alarm, at, false)
		}
	}
	count := make(map[AlarmKind]int)
	for id := range a.active {
		count[id.kind]++
	}
	for id, f := range now {
		if alarm := a.active[id]; alarm != nil {
			alarm.Value = f.value
			continue
		}
		if !f.on || count[id.kind] >= maxAlarms {
			continue
		}
		count[id.kind]++
		alarm := &Alarm{Kind: id.kind, Subject: id.subject, Name: n.nameOf(f.pid), Value: f.value, Since: at}
		if a.active == nil {
			a.active = make(map[alarmID]*Alarm)
		}
		a.active[id] = alarm
		a.note(*alarm, at, true)
		begun = append(begun, id.kind)
	}
	return begun
}

func (a *alarms) note(alarm Alarm, at time.Time, on bool) {
	a.changes.add(func(seq uint64) AlarmChange { return AlarmChange{seq, at, on, alarm} })
}
