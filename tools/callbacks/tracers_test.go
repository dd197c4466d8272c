package callbacks_test

import (
	"errors"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

func init() { maps.Copy(entries, tracers) }

// tracers has an entry for each method of a Tracer, which goes wrong in the doing of a process
// of here, and where there is a way in the doing of one of there.
var tracers = map[string]entry{
	"runtime.Tracer Spawned": traced(&tracer{spawned: true}, nothing),
	"runtime.Tracer Started": traced(&tracer{started: true}, nothing),
	"runtime.Tracer Exited":  traced(&tracer{exited: true}, nothing),
	"runtime.Tracer Linked": traced(&tracer{linked: true}, func(w *world, p pid.PID) {
		w.run(w.there, func(ctx *runtime.Context) error { return ctx.Link(p) })
	}),
	"runtime.Tracer Named":     traced(&tracer{named: true}, nothing),
	"runtime.Tracer CallEnded": traced(&tracer{callEnded: true}, nothing),
	"runtime.Tracer Crashed":   traced(&tracer{crashed: true}, nothing),
	"runtime.Tracer Restarted": traced(&tracer{restarted: true}, nothing),
	"runtime.Tracer Dropped": traced(&tracer{dropped: true}, func(w *world, p pid.PID) {
		w.run(w.there, func(ctx *runtime.Context) error {
			for range 5 {
				_ = ctx.Send(p, 1)
			}
			return nil
		})
	}),
	"runtime.Tracer Sent":     traced(&tracer{sent: true}, nothing),
	"runtime.Tracer Received": traced(&tracer{received: true}, nothing),
}

// mayNot is what a Tracer must not do.
var mayNot = []string{"hangs", "calls back"}

func nothing(*world, pid.PID) {}

// traced is the entry of a method of a tracer: from there a process does something to one of
// here that has little room, and processes of here do all that is told of, which must succeed
// as if there were no tracer.
func traced(t *tracer, from func(w *world, p pid.PID)) entry {
	return entry{
		attack: func(w *world, wrong func()) {
			busy, err := w.rt().SpawnOpt(runtime.SpawnOptions{
				Mailbox: runtime.MailboxOptions{Capacity: 1, Policy: mailbox.DropNewest},
			}, func(*runtime.Context) error { <-w.release; return nil })
			require.NoError(w, err)
			mine := *t
			mine.wrong = wrong
			w.rt().AddTracer(&mine)
			from(w, busy)
			w.run(w.here, doAll)
			w.run(w.here, restart)
		},
		except: mayNot,
	}
}

// doAll does what a tracer is told of.
func doAll(ctx *runtime.Context) error {
	ctx.Runtime().SetTraced(ctx.PID(), runtime.TraceSent|runtime.TraceReceived)
	_ = ctx.Register("traced")
	_ = ctx.Send(ctx.PID(), 1)
	_, _ = ctx.Recv()
	_, _ = runtime.CallNamed[int](ctx, "nobody", 1)
	_, err := ctx.SpawnLink(func(*runtime.Context) error { return nil })
	return err
}

// restart has a supervisor restart a child.
func restart(ctx *runtime.Context) error {
	fail := genserver.Funcs{Cast: func(*genserver.Context, any) error { return errors.New("fails") }}
	child := supervisor.Server("child", func() any { return fail }, genserver.Options{Name: "fails"})
	if _, err := supervisor.StartLink(ctx, supervisor.Spec{Children: []supervisor.ChildSpec{child}}); err != nil {
		return err
	}
	_ = genserver.Cast(ctx, "fails", 1)
	if _, err := ctx.RecvTimeout(time.Minute / 2); !errors.Is(err, runtime.ErrTimeout) {
		return err
	}
	return nil
}

// tracer is a tracer whose methods go wrong that are set.
type tracer struct {
	spawned, started, exited, linked, named, callEnded, crashed, restarted, dropped, sent, received bool

	wrong func()
}

func (t *tracer) when(on bool) {
	if on {
		t.wrong()
	}
}
func (t *tracer) Spawned(runtime.Spawned)                          { t.when(t.spawned) }
func (t *tracer) Started(*runtime.Context)                         { t.when(t.started) }
func (t *tracer) Exited(runtime.Exited)                            { t.when(t.exited) }
func (t *tracer) Linked(_, _ pid.PID, _ bool)                      { t.when(t.linked) }
func (t *tracer) Named(pid.PID, string, bool)                      { t.when(t.named) }
func (t *tracer) CallEnded(runtime.Called)                         { t.when(t.callEnded) }
func (t *tracer) Crashed(runtime.Crash)                            { t.when(t.crashed) }
func (t *tracer) Restarted(runtime.Restarted)                      { t.when(t.restarted) }
func (t *tracer) Dropped(pid.Address, runtime.Message, error)      { t.when(t.dropped) }
func (t *tracer) Sent(pid.PID, pid.Address, runtime.Message)       { t.when(t.sent) }
func (t *tracer) Received(pid.PID, runtime.Message, time.Duration) { t.when(t.received) }

// No method of a Tracer is forgotten.
func TestEveryMethodOfATracerHasAnEntry(t *testing.T) {
	of := reflect.TypeFor[runtime.Tracer]()
	require.Equal(t, of.NumMethod(), len(tracers))
	for name := range tracers {
		_, ok := of.MethodByName(strings.TrimPrefix(name, "runtime.Tracer "))
		require.True(t, ok, name)
	}
}
