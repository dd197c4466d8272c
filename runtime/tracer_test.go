package runtime_test

import (
	"fmt"
	goruntime "runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// witness is a tracer that writes down what it is told.
type witness struct {
	runtime.NopTracer
	mu    sync.Mutex
	lines []string
}

func (w *witness) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines, fmt.Sprintf(format, args...))
}

func (w *witness) told() (all []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	all, w.lines = w.lines, nil
	return all
}

func (w *witness) Spawned(s runtime.Spawned) {
	w.note("spawned %d by %d %q", s.PID.ID(), s.Parent.ID(), s.Name)
}
func (w *witness) Started(c *runtime.Context) { w.note("started %d", c.PID().ID()) }
func (w *witness) Exited(e runtime.Exited) {
	w.note("exited %d %s crashed=%t received=%d", e.PID.ID(), e.Reason, e.Crashed, e.Received)
}
func (w *witness) Linked(a, b pid.PID, on bool)          { w.note("linked %d %d %t", a.ID(), b.ID(), on) }
func (w *witness) Named(p pid.PID, name string, on bool) { w.note("named %d %q %t", p.ID(), name, on) }
func (w *witness) CallEnded(c runtime.Called) {
	w.note("called %s took %s err %v", c.To.Name.Name, c.Took, c.Err)
}
func (w *witness) Restarted(r runtime.Restarted) { w.note("restarted %s", r.Child) }
func (w *witness) Dropped(_ pid.Address, m runtime.Message, err error) {
	w.note("dropped %v: %v", m.Value(), err)
}
func (w *witness) Sent(from pid.PID, _ pid.Address, m runtime.Message) {
	w.note("sent by %d %v", from.ID(), m.Value())
}
func (w *witness) Received(p pid.PID, m runtime.Message, waited time.Duration) {
	w.note("received by %d %v after %s", p.ID(), m.Value(), waited)
}

// panicking is a tracer of the kind that a program should not have.
type panicking struct{ runtime.NopTracer }

func (panicking) Spawned(runtime.Spawned) { panic("tracer") }
func (panicking) Exited(runtime.Exited)   { panic("tracer") }

// quitting is one that ends the goroutine in each of its methods.
type quitting struct{}

func (quitting) Spawned(runtime.Spawned)                          { goruntime.Goexit() }
func (quitting) Started(*runtime.Context)                         { goruntime.Goexit() }
func (quitting) Exited(runtime.Exited)                            { goruntime.Goexit() }
func (quitting) Linked(_, _ pid.PID, _ bool)                      { goruntime.Goexit() }
func (quitting) Named(pid.PID, string, bool)                      { goruntime.Goexit() }
func (quitting) CallEnded(runtime.Called)                         { goruntime.Goexit() }
func (quitting) Restarted(runtime.Restarted)                      { goruntime.Goexit() }
func (quitting) Crashed(runtime.Crash)                            { goruntime.Goexit() }
func (quitting) Dropped(pid.Address, runtime.Message, error)      { goruntime.Goexit() }
func (quitting) Sent(pid.PID, pid.Address, runtime.Message)       { goruntime.Goexit() }
func (quitting) Received(pid.PID, runtime.Message, time.Duration) { goruntime.Goexit() }

// Others among the tracers, whatever they do, neither change what happens nor what a
// tracer is told of it.
func TestTracer_IsToldInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt, w := startWith(t, runtime.Config{}), &witness{}
		removeBad := rt.AddTracer(panicking{})
		removeQuitting := rt.AddTracer(quitting{})
		remove := rt.AddTracer(w)
		within(t, rt, func(ctx *runtime.Context) error { // is process 1
			ctx.SetTrapExit(true)
			opts := runtime.SpawnOptions{Name: "echo", Link: true}
			server, _, err := ctx.SpawnOpt(opts, echo) // is process 2
			must(t, err)
			synctest.Wait()
			_, err = runtime.CallNamed[int](ctx, pid.Name{Name: "echo"}, 7)
			must(t, err)
			must(t, ctx.Unlink(server))
			must(t, ctx.Exit(server, signal.Shutdown))
			synctest.Wait()
			ctx.ReportRestart(runtime.Restarted{Child: "till"})
			return nil
		})
		require.Equal(t, []string{
			`spawned 1 by 0 ""`,
			`spawned 2 by 1 "echo"`, `linked 1 2 true`, `named 2 "echo" true`, `started 2`,
			`called echo took 0s err <nil>`, `linked 1 2 false`,
			`exited 2 shutdown crashed=false received=1`, `restarted till`,
			`exited 1 normal crashed=false received=0`,
		}, w.told())

		await(t, spawnOpt(t, rt, runtime.SpawnOptions{}, crashingBody))
		require.Contains(t, w.told(), `exited 3 error: panic: oops crashed=true received=0`)
		full := spawnOpt(t, rt, runtime.SpawnOptions{Mailbox: runtime.MailboxOptions{Capacity: 1, Policy: 2}},
			func(ctx *runtime.Context) error { <-ctx.Done(); return nil })
		must(t, full.Send(t.Context(), 1))
		must(t, full.Send(t.Context(), 2))
		require.Contains(t, w.told(), "dropped 2: mailbox: full")
		remove()
		remove()
		removeBad()
		removeQuitting()
		full.Exit(signal.Kill)
		await(t, full)
		require.Empty(t, w.told())
	})
}

func TestSetTraced_TellsOfTheMessagesOfThoseProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt, w := startWith(t, runtime.Config{}), &witness{}
		defer rt.AddTracer(quitting{})()
		defer rt.AddTracer(w)()
		within(t, rt, func(ctx *runtime.Context) error { // is process 1
			require.False(t, rt.SetTraced(pid.PID{}, runtime.TraceSent))
			all := runtime.TraceSent | runtime.TraceReceived | runtime.TraceSpawned | runtime.TraceLinked
			require.True(t, rt.SetTraced(ctx.PID(), all))
			other := spawnIn(t, ctx, func(ctx *runtime.Context) error { // is process 2, which inherits
				ctx.SetTrapExit(true)
				_, err := ctx.Recv()
				must(t, err)
				return ctx.Send(ctx.PID(), "mine")
			})
			synctest.Wait()
			w.told()
			must(t, ctx.Send(ctx.PID(), "a"))
			pass(time.Second)
			_, err := ctx.Recv()
			must(t, err)
			must(t, ctx.Send(other, "b"))
			synctest.Wait()
			require.Equal(t, []string{
				"sent by 1 a", "received by 1 a after 1s", "sent by 1 b", "received by 2 b after 0s",
				"sent by 2 mine", "exited 2 normal crashed=false received=1",
			}, w.told())
			require.True(t, rt.SetTraced(ctx.PID(), 0))
			must(t, ctx.Send(ctx.PID(), "c"))
			_, err = ctx.Recv()
			must(t, err)
			require.Empty(t, w.told())
			return nil
		})
		require.False(t, rt.AnythingHooked(), "nothing is left of what was traced")
	})
}
