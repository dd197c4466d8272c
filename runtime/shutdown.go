package runtime

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// zombieWait is how long Shutdown waits for the goroutines of those it had to
// kill: long enough for all that do not hang.
const zombieWait = time.Second

// ShutdownError tells what would not stop when it was asked to.
type ShutdownError struct {
	Killed  []pid.PID // did not end in time and were killed
	Zombies []Zombie  // are Dead, but their goroutines still run
}

// Error implements error.
func (e *ShutdownError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "runtime: shutdown killed %d processes and left %d goroutines running", len(e.Killed), len(e.Zombies))
	for _, z := range e.Zombies {
		fmt.Fprintf(&b, "; %s %s (%s, %s)", z.PID, z.Label, z.Reason, z.Age.Round(time.Millisecond))
	}
	return b.String()
}

// Shutdown stops the runtime: from now on nothing can be spawned, and every process
// gets an exit signal with reason shutdown. Those that have not ended when ctx ends,
// or after [DefaultShutdownTimeout] if it has no deadline, are killed. Shutdown
// always returns: nil if all stopped by themselves, else a [*ShutdownError]. Timers
// that still run are cancelled. Trees that are to stop in order are to be stopped
// before. It may be called again.
func (rt *Runtime) Shutdown(ctx context.Context) error {
	rt.stopping.Store(true)
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, DefaultShutdownTimeout)
		defer cancel()
	}
	rt.exitAll(signal.Shutdown)
	defer rt.reports.flush(rt)
	defer rt.timers.dropAll()
	defer rt.endCalls()
	if rt.awaitEnd(ctx) {
		return nil
	}
	killed := rt.exitAll(signal.Kill)
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), zombieWait)
	defer cancel()
	rt.awaitEnd(late)
	if zombies := rt.Zombies(); len(killed)+len(zombies) > 0 {
		return &ShutdownError{killed, zombies}
	}
	return nil
}

// exitAll sends every process an exit signal and returns whom it sent one.
func (rt *Runtime) exitAll(reason signal.ExitReason) (sent []pid.PID) {
	for p, proc := range rt.registry.All() {
		if proc.isCaller() {
			continue
		}
		sent = append(sent, p)
		rt.exit(proc, pid.PID{}, reason)
	}
	return sent
}

// awaitEnd waits until all processes and zombies have ended, looking each time one
// has, and reports false if ctx ends first. Who has left the table counts until it
// has told all of its end: what carries that to other nodes may be closed next.
func (rt *Runtime) awaitEnd(ctx context.Context) bool {
	for rt.Len() > 0 || rt.telling.Load() > 0 || rt.ZombieCount() > 0 {
		select {
		case <-rt.ended:
		case <-ctx.Done():
			return false
		}
	}
	rt.processEnded() // for another Shutdown that waits
	return true
}

// processEnded wakes a Shutdown that waits.
func (rt *Runtime) processEnded() {
	if !rt.stopping.Load() {
		return
	}
	select {
	case rt.ended <- struct{}{}:
	default:
	}
}
