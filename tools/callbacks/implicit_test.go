package callbacks_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/statem"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

func init() { maps.Copy(entries, implicit) }

// implicit are the places where nothing in the API says so, and yet code of the program
// runs: methods of its values, for a text of them.
var implicit = map[string]entry{
	"implicit text of the error that ends a process": {attack: func(w *world, wrong func()) {
		w.spawn(func(*runtime.Context) error { return talker{wrong} })
	}},
	"implicit text of a panic": {attack: func(w *world, wrong func()) {
		w.spawn(func(*runtime.Context) error { panic(talker{wrong}) })
	}},
	"implicit text of the error that ends a server": funcs(func(f *genserver.Funcs, wrong func()) {
		f.Cast = func(*genserver.Context, any) error { return talker{wrong} }
	}, cast),
	"implicit text of the error that a call has": funcs(func(f *genserver.Funcs, wrong func()) {
		f.Call = func(*genserver.Context, genserver.From, any) (any, error) { return nil, talker{wrong} }
	}, call),
	"implicit text of the error of a start": own(func(ctx *runtime.Context, wrong func()) {
		_, _ = supervisor.StartLink(bounded(ctx), supervisor.Spec{Children: []supervisor.ChildSpec{{
			ID: "bad", Start: func(context.Context) (pid.PID, error) { return pid.PID{}, talker{wrong} },
		}}})
	}),
	"implicit text of a state that is shown":   lookedAt(func(wrong func()) any { current.Store(&wrong); return stateShower{} }),
	"implicit text of a message that is shown": lookedAt(func(wrong func()) any { current.Store(&wrong); return messageShower{} }),
	"implicit text of a state in a report":     server(func(wrong func()) any { return shower{state: talker{wrong}} }, crash),
	"implicit text of a message in a report":   server(func(wrong func()) any { return shower{message: talker{wrong}} }, crash),
	"implicit text of the state of a machine": answering(func(ctx *runtime.Context, wrong func()) (pid.PID, error) {
		current.Store(&wrong)
		type stage = statem.Context[plainTalker, int]
		m := statem.Machine[plainTalker, int]{}
		m.Default.Handle = func(c *stage, ev statem.Event) (plainTalker, error) {
			if ev.Kind == statem.Call {
				c.Reply(ev.From, 1)
			}
			return c.State(), nil
		}
		return statem.Start(ctx, m, genserver.Options{})
	}),
}

func crash(ctx *runtime.Context, p pid.PID) { _ = ctx.Send(p, "crash") }

// talker has every method that says what a value is as text.
type talker struct{ wrong func() }

func (t talker) say() string                  { t.wrong(); return "text" }
func (t talker) Error() string                { return t.say() }
func (t talker) String() string               { return t.say() }
func (t talker) GoString() string             { return t.say() }
func (t talker) Format(fmt.State, rune)       { t.wrong() }
func (t talker) LogValue() slog.Value         { return slog.StringValue(t.say()) }
func (t talker) MarshalText() ([]byte, error) { return []byte(t.say()), nil }
func (t talker) MarshalJSON() ([]byte, error) { return []byte(`"` + t.say() + `"`), nil }

// plainTalker is a talker of which a copy can be made.
type plainTalker struct{}

func (plainTalker) Error() string          { doCurrent(); return "text" }
func (plainTalker) String() string         { doCurrent(); return "text" }
func (plainTalker) GoString() string       { doCurrent(); return "text" }
func (plainTalker) Format(fmt.State, rune) { doCurrent() }
func (plainTalker) LogValue() slog.Value   { doCurrent(); return slog.Value{} }

// stateShower and messageShower are servers of which a copy can be made, and show what has
// no copy.
type (
	stateShower   struct{ answers }
	messageShower struct{ answers }
)

func (stateShower) FormatState() any        { return talker{doCurrent} }
func (messageShower) FormatMessage(any) any { return talker{doCurrent} }

// shower shows what a test gives it, and crashes on a message.
type shower struct {
	answers
	state, message any
}

func (s shower) FormatState() any                       { return s.state }
func (s shower) FormatMessage(any) any                  { return s.message }
func (shower) HandleInfo(*genserver.Context, any) error { panic("to be reported") }
