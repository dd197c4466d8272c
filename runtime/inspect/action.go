package inspect

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/internal/inlet"
	"github.com/starlang-go/starlang/runtime/internal/text"
	"github.com/starlang-go/starlang/runtime/supervisor"
	"github.com/starlang-go/starlang/term"
)

// Verb says what an [Action] does.
type Verb string

// The verbs.
const (
	Exit           Verb = "exit"    // sends an exit signal with the Reason
	Kill           Verb = "kill"    // sends the exit signal kill
	Suspend        Verb = "suspend" // a server handles nothing until Resume
	Resume         Verb = "resume"
	TerminateChild Verb = "terminate" // stops the Child of a supervisor
	RestartChild   Verb = "restart"   // starts a stopped Child, or stops and starts a running one
	Send           Verb = "send"      // sends the value of the JSON
	Call           Verb = "call"      // calls with the value of the JSON
	GC             Verb = "gc"        // collects garbage and gives memory back
	SetLogLevel    Verb = "loglevel"  // sets the level of the node's log, see runtime.Config.LogLevel
	Disconnect     Verb = "disconnect"
	Drain          Verb = "drain" // hands over what the node holds in its cluster, for which it then takes nothing new
)

// Action asks the server to do something. Each is logged.
type Action struct {
	Do     Verb
	Target string // a process; for Disconnect a node; for SetLogLevel a level, as debug or warn+2
	Child  string // the ID of a child, or its PID
	Reason string // of Exit; "": shutdown
	// JSON is the value to send: of an object with a member "@type" the value of the
	// type that is registered by that name, else of Go's own types.
	JSON string
}

// Done is the answer to an [Action].
type Done struct {
	PID   pid.PID `json:"pid,omitzero"`   // of the process that it was done to, or that was started
	Reply string  `json:"reply,omitzero"` // to a call, as JSON; of SetLogLevel the level before
}

func init() {
	term.MustRegister[Action]("inspect.Action")
	term.MustRegister[Done]("inspect.Done")
}

func (a Action) target() string { return a.Target }

// actionTime bounds what waits for the processes of the program.
const actionTime = 10 * time.Second

func (a Action) answer(ctx context.Context, n *node) (any, error) {
	if a.Do == Drain {
		return n.drain(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, actionTime)
	defer cancel()
	switch a.Do {
	case GC:
		debug.FreeOSMemory()
		return Done{}, nil
	case SetLogLevel:
		return a.setLogLevel(n)
	case Disconnect:
		if n.cfg.Disconnect == nil {
			return nil, fmt.Errorf("disconnect: %w", ErrUnsupported)
		}
		return Done{}, n.cfg.Disconnect(ctx, a.Target)
	}
	p, err := n.find(a.Target)
	if err != nil {
		return nil, err
	}
	return a.actOn(ctx, n, p)
}

func (a Action) setLogLevel(n *node) (any, error) {
	level := inlet.Of(n.rt).LogLevel()
	if level == nil {
		return nil, fmt.Errorf("there is no runtime.Config.LogLevel: %w", ErrUnsupported)
	}
	was := level.Level()
	if err := level.UnmarshalText([]byte(a.Target)); err != nil {
		return nil, fmt.Errorf("level: %w", err)
	}
	return Done{Reply: was.String()}, nil
}

func (a Action) actOn(ctx context.Context, n *node, p pid.PID) (any, error) {
	done := Done{PID: p}
	switch a.Do {
	case Exit, Kill:
		reason, err := a.reason()
		if err != nil {
			return nil, err
		}
		return done, n.rt.Exit(p, reason)
	case Suspend, Resume:
		if _, err := n.findServer(a.Target, runtime.Server); err != nil {
			return nil, err
		}
		if a.Do == Suspend {
			return done, genserver.Suspend(ctx, p)
		}
		return done, genserver.Resume(ctx, p)
	case TerminateChild, RestartChild:
		return a.actOnChild(ctx, n)
	case Send, Call:
		return a.send(ctx, done)
	}
	return nil, fmt.Errorf("%q: %w", a.Do, ErrUnsupported)
}

func (a Action) reason() (signal.ExitReason, error) {
	if a.Do == Kill {
		return signal.Kill, nil
	}
	return signal.ParseExitReason(cmp.Or(a.Reason, signal.Shutdown.String()))
}

func (a Action) actOnChild(ctx context.Context, n *node) (any, error) {
	sup, err := n.findServer(a.Target, runtime.Supervisor)
	if err != nil {
		return nil, err
	}
	if p, ok := n.parse(a.Child); ok {
		err = supervisor.TerminateChild(ctx, sup, p)
	} else {
		err = supervisor.TerminateChild(ctx, sup, a.Child)
	}
	if err != nil || a.Do == TerminateChild {
		return Done{PID: sup}, err
	}
	p, err := supervisor.RestartChild(ctx, sup, a.Child)
	return Done{PID: p}, err
}

func (a Action) send(ctx context.Context, done Done) (any, error) {
	v, err := valueOf(a.JSON)
	if err != nil {
		return nil, err
	}
	if a.Do == Send {
		return done, runtime.Send(ctx, done.PID, v)
	}
	reply, err := genserver.CallAs[any](ctx, done.PID, v)
	done.Reply = jsonOf(reply)
	return done, err
}

// logDone says who has done what, whatever came of it.
func (n *node) logDone(who pid.PID, q action, err error) {
	var attrs []slog.Attr
	if a, ok := q.(Action); ok && a.Child != "" {
		attrs = append(attrs, slog.String("child", cut(a.Child, 256)))
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", text.Error(err, text.MaxReportBytes)))
	}
	n.logAction(who, nameOf(q), q.target(), attrs...)
}

// logAction says that somebody does something that those who only look may not.
func (n *node) logAction(who pid.PID, what, target string, more ...slog.Attr) {
	attrs := append([]slog.Attr{slog.String("who", who.String()), slog.String("what", what), slog.String("target", cut(target, 256))}, more...)
	n.log(slog.LevelWarn, "somebody acts on this node", attrs...)
}
