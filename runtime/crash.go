package runtime

import (
	"fmt"
	"log/slog"
	"reflect"
	goruntime "runtime"
	"strings"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime/internal/text"
)

// maxAncestors is how many generations a crash report names.
const maxAncestors = 8

// CrashDetails is what a behaviour knows of the crash of one of its processes.
type CrashDetails struct {
	Type    string  // of the server
	Message string  // the last one, as it may be shown
	State   string  // as it may be shown
	Caller  pid.PID // who waits for the reply; zero: nobody
}

// ExplainCrash adds to the report of the crash that is about to end the process. It is
// for packages that build behaviours: they call it when a method of the program has
// panicked or failed, so that until then it costs nothing. A process that does not end
// by its own failure is not reported.
func (c *Context) ExplainCrash(d CrashDetails) {
	p := c.process()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running() {
		p.rareLocked().crash = &d
	}
}

// reportCrash tells of a body that ended with a failure of its own. A process
// that an exit signal ended has not crashed: what sent the signal has, or chose
// to. A start that was refused is no crash either, and its starter knows; but a
// supervisor may try again and again.
func (rt *Runtime) reportCrash(p *process, e ending) {
	level, message := slog.LevelError, crashMessage
	if e.refused {
		level, message = slog.LevelInfo, refusalMessage
	} else {
		rt.counts.crashed.Add(1)
	}
	d := p.takeCrashDetails()
	if d.Type == "" {
		d.Type = functionName(e.body)
	}
	why := e.reason.String()
	if !rt.reports.admit(rt, message, d.Type, why) {
		return
	}
	attrs := append(p.attrs(), slog.String(keyType, d.Type), slog.String(keyReason, text.Cut(why, text.MaxReportBytes)))
	attrs = append(attrs, p.familyAttrs()...)
	attrs = append(attrs, d.attrs()...)
	if e.stack != nil {
		attrs = append(attrs, slog.String(keyStack, programStack(e.stack)))
	}
	rt.log(level, message, attrs)
}

func (p *process) takeCrashDetails() (d CrashDetails) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.rec.rareOf().crash; c != nil {
		d, p.rec.rare.crash = *c, nil
	}
	return d
}

func (d CrashDetails) attrs() (attrs []slog.Attr) {
	for _, a := range []slog.Attr{slog.String(keyMessage, d.Message), slog.String(keyState, d.State)} {
		if s := a.Value.String(); s != "" {
			attrs = append(attrs, slog.String(a.Key, text.Cut(s, text.MaxReportBytes)))
		}
	}
	if !d.Caller.IsZero() {
		attrs = append(attrs, slog.String(keyCaller, d.Caller.String()))
	}
	return attrs
}

// familyAttrs says where p comes from and what it has to do with.
func (p *process) familyAttrs() (attrs []slog.Attr) {
	if parent := p.parentPID(); !parent.IsZero() {
		attrs = append(attrs, slog.String(keyParent, parent.String()))
	}
	if a := p.ancestors(); a != "" {
		attrs = append(attrs, slog.String(keyAncestors, a))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	attrs = append(attrs, slog.Int(keyQueue, p.box.Len()))
	if p.rec != nil {
		attrs = append(attrs, slog.Int(keyLinks, p.rec.links.len()))
	}
	return attrs
}

// ancestors names those who spawned p's parent and so on, as far as they live.
func (p *process) ancestors() string {
	var names []string
	for range maxAncestors {
		q, ok := p.rt.registry.Get(p.parentPID())
		if !ok || q.parentPID().IsZero() {
			break
		}
		names = append(names, q.parentPID().String())
		p = q
	}
	return strings.Join(names, " ")
}

// functionName says what a body is: its name, and where it begins.
func functionName(body Body) string {
	f := goruntime.FuncForPC(reflect.ValueOf(body).Pointer())
	if f == nil {
		return "function"
	}
	file, line := f.FileLine(f.Entry())
	return fmt.Sprintf("%s (%s:%d)", f.Name(), file[strings.LastIndexByte(file, '/')+1:], line)
}
