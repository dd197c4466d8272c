package runtime

import (
	"context"
	"log/slog"
	"time"

	"github.com/starlang-go/starlang/pid/signal"
)

// The messages and keys of the runtime's reports. They are stable.
const (
	crashMessage  = "process crashed"
	zombieMessage = "process is dead but its goroutine still runs"

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
	rt.logger().LogAttrs(context.Background(), slog.LevelError, crashMessage, attrs...)
}

func (rt *Runtime) reportZombie(p *process, since time.Time) {
	z := p.asZombie(since, allStacks())
	attrs := append(p.attrs(), slog.String(keyReason, z.Reason.String()),
		slog.Time(keySince, since), slog.String(keyStack, z.Stack))
	rt.logger().LogAttrs(context.Background(), slog.LevelWarn, zombieMessage, attrs...)
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
