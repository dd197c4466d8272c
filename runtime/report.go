package runtime

import (
	"context"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime/internal/text"
)

// The messages and keys of the runtime's reports. They are stable.
const (
	crashMessage  = "process crashed"
	zombieMessage = "process is dead but its goroutine still runs"
	panicMessage  = "callback of the program panicked"

	keyPID    = "pid"
	keyName   = "name"
	keyLabel  = "label"
	keyReason = "reason"
	keyStack  = "stack"
	keySince  = "since"
)

// reportCrash tells of a body that ended with a failure of its own. A process
// that an exit signal ended has not crashed: what sent the signal has, or chose
// to.
func (rt *Runtime) reportCrash(p *process, reason signal.ExitReason, stack []byte) {
	attrs := append(p.attrs(), slog.String(keyReason, reason.String()))
	if stack != nil {
		attrs = append(attrs, slog.String(keyStack, string(stack)))
	}
	rt.log(slog.LevelError, crashMessage, attrs)
}

func (rt *Runtime) reportZombie(p *process, since time.Time) {
	z := p.asZombie(since, allStacks())
	attrs := append(p.attrs(), slog.String(keyReason, z.Reason.String()),
		slog.Time(keySince, since), slog.String(keyStack, z.Stack))
	rt.log(slog.LevelWarn, zombieMessage, attrs)
}

// log gives the program's log handler a report. A handler that panics loses it: it
// must not take the program down that it reports on.
func (rt *Runtime) log(level slog.Level, message string, attrs []slog.Attr) {
	defer func() { _ = recover() }()
	rt.logger().LogAttrs(context.Background(), level, message, attrs...)
}

// guard calls f, a callback of the program, in whichever goroutine has come to it,
// and reports a panic instead of letting it take that goroutine down.
func (p *process) guard(f func()) {
	defer func() {
		if r := recover(); r != nil {
			attrs := append(p.attrs(), slog.String(keyReason, text.Panic(r)),
				slog.String(keyStack, string(debug.Stack())))
			p.rt.log(slog.LevelError, panicMessage, attrs)
		}
	}()
	f()
}

func (p *process) attrs() []slog.Attr {
	p.mu.Lock()
	defer p.mu.Unlock()
	attrs := []slog.Attr{slog.String(keyPID, p.pid().String())}
	if p.rec == nil {
		return attrs
	}
	if p.rec.name != "" {
		attrs = append(attrs, slog.String(keyName, p.rec.name))
	}
	if p.rec.label != "" {
		attrs = append(attrs, slog.String(keyLabel, p.rec.label))
	}
	return attrs
}
