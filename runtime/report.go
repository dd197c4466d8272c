package runtime

import (
	"context"
	"log/slog"
	"runtime/debug"
	"strings"

	"github.com/starlang-go/starlang/runtime/internal/text"
)

// The messages and keys of the runtime's reports. They are stable.
const (
	crashMessage   = "process crashed"
	refusalMessage = "process did not start"
	zombieMessage  = "process is dead but its goroutine still runs"
	panicMessage   = "callback of the program panicked"
	lostMessage    = "message is lost"
	burstMessage   = "more reports of the same kind"

	keyNode      = "node"
	keyPID       = "pid"
	keyName      = "name"
	keyLabel     = "label"
	keyType      = "type"
	keyReason    = "reason"
	keyParent    = "parent"
	keyAncestors = "ancestors"
	keyQueue     = "queue"
	keyLinks     = "links"
	keyMessage   = "message"
	keyState     = "state"
	keyCaller    = "caller"
	keyStack     = "stack"
	keySince     = "since"
	keyTo        = "to"
	keyReport    = "report"
	keyTimes     = "times"
	keyStacks    = "stacks"
)

// log gives the program's log handler a report. A handler that panics, or calls
// Goexit, loses it: it must not take the program down that it reports on.
func (rt *Runtime) log(level slog.Level, message string, attrs []slog.Attr) {
	if name := rt.node.Name(); name != "" {
		attrs = append(attrs, slog.String(keyNode, name))
	}
	defer func() { _ = recover() }()
	rt.logger().LogAttrs(context.Background(), level, message, attrs...)
}

// guard calls f, a callback of the program, in whichever goroutine has come to it,
// and reports a panic instead of letting it take that goroutine down.
func (p *process) guard(f func()) {
	defer func() {
		if r := recover(); r != nil {
			p.reportPanic(r, debug.Stack())
		}
	}()
	f()
}

// guardApart is guard of an f that may call Goexit, which only a goroutine of its own
// keeps from the caller.
func (p *process) guardApart(f func()) {
	done := make(chan struct{})
	go func() { // ends with f; we wait for it
		defer close(done)
		p.guard(f)
	}()
	<-done
}

func (p *process) reportPanic(r any, stack []byte) {
	reason := text.Panic(r)
	if !p.rt.reports.admit(p.rt, panicMessage, "", reason) {
		return
	}
	attrs := append(p.attrs(), slog.String(keyReason, reason), slog.String(keyStack, programStack(stack)))
	p.rt.log(slog.LevelError, panicMessage, attrs)
}

// attrs says which process a report is about.
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

// programStack returns the stack of a panic from where it panicked on: what is above
// is how it was caught.
func programStack(stack []byte) string {
	s := string(stack)
	head, frames, ok := strings.Cut(s, "\n")
	if !ok {
		return text.Cut(s, text.MaxReportBytes)
	}
	if at := strings.LastIndex(frames, "\npanic("); at >= 0 {
		frames = frames[at+1:]
		for range 2 { // the call of panic and where it is in Go's own source
			_, frames, _ = strings.Cut(frames, "\n")
		}
	}
	return text.Cut(head+"\n"+frames, text.MaxReportBytes)
}
