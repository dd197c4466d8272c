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
	admitted := rt.reports.admit(rt, message, d.Type, e.reason.String())
	c := p.crash(e, d, admitted)
	if !e.refused {
		p.traceCrash(c)
	}
	if admitted {
		rt.log(level, message, c.attrs())
	}
}

func (p *process) takeCrashDetails() (d CrashDetails) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.rec.rareOf().crash; c != nil {
		d, p.rec.rare.crash = *c, nil
	}
	return d
}

// crash says what is to be told of a crash: all, or who has crashed and why.
func (p *process) crash(e ending, d CrashDetails, all bool) Crash {
	c := Crash{PID: p.pid(), Parent: p.parentPID(), Type: d.Type, Reason: e.reason, Repeated: !all}
	if all {
		c.Message, c.State = text.Cut(d.Message, text.MaxReportBytes), text.Cut(d.State, text.MaxReportBytes)
		c.Caller, c.Ancestors = d.Caller, p.ancestors()
		if e.stack != nil {
			c.Stack = programStack(e.stack)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rec != nil {
		c.Name, c.Label = p.rec.name, p.rec.label
	}
	if all {
		c.Queue = p.box.Len()
		if p.rec != nil {
			c.Links = p.rec.links.len()
		}
	}
	return c
}

func (c *Crash) attrs() []slog.Attr {
	attrs := []slog.Attr{slog.String(keyPID, c.PID.String())}
	add := func(key, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(key, value))
		}
	}
	add(keyName, c.Name)
	add(keyLabel, c.Label)
	add(keyType, c.Type)
	add(keyReason, text.Cut(c.Reason.String(), text.MaxReportBytes))
	if !c.Parent.IsZero() {
		add(keyParent, c.Parent.String())
	}
	add(keyAncestors, pidList(c.Ancestors))
	attrs = append(attrs, slog.Int(keyQueue, c.Queue), slog.Int(keyLinks, c.Links))
	add(keyMessage, c.Message)
	add(keyState, c.State)
	if !c.Caller.IsZero() {
		add(keyCaller, c.Caller.String())
	}
	add(keyStack, c.Stack)
	return attrs
}

func pidList(all []pid.PID) string {
	texts := make([]string, len(all))
	for i, p := range all {
		texts[i] = p.String()
	}
	return strings.Join(texts, " ")
}

// ancestors are those who spawned p's parent and so on, as far as they live.
func (p *process) ancestors() (all []pid.PID) {
	for range maxAncestors {
		q, ok := p.rt.registry.Get(p.parentPID())
		if !ok || q.parentPID().IsZero() {
			break
		}
		all = append(all, q.parentPID())
		p = q
	}
	return all
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
