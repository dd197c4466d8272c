package supervisor_test

import (
	"context"
	"log/slog"
	goruntime "runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// unready are start functions that do not return, until their context ends or even then, and
// how long it is waited for them after that.
func unready(w *world, release chan struct{}) map[string]struct {
	start supervisor.StartFunc
	late  time.Duration
} {
	type way = struct {
		start supervisor.StartFunc
		late  time.Duration
	}
	return map[string]way{
		"obeys": {hanging(w), 0},
		"server": {func(ctx context.Context) (pid.PID, error) {
			return genserver.StartLink(ctx, hangs{}, genserver.Options{})
		}, 0},
		"fails":  {func(ctx context.Context) (pid.PID, error) { <-ctx.Done(); return pid.PID{}, errBoom }, 0},
		"panics": {func(ctx context.Context) (pid.PID, error) { <-ctx.Done(); panic("boom") }, 0},
		"calls Goexit": {func(ctx context.Context) (pid.PID, error) {
			<-ctx.Done()
			goruntime.Goexit()
			return pid.PID{}, nil
		}, 0},
		"starts all the same": {func(ctx context.Context) (pid.PID, error) {
			<-ctx.Done()
			return w.worker("late").Start(context.WithoutCancel(ctx))
		}, 0},
		"never returns": {func(context.Context) (pid.PID, error) { <-release; return pid.PID{}, errBoom }, supervisor.DefaultShutdown},
	}
}

// hangs is a server whose Init does not return before its process is to end.
type hangs struct{}

func (hangs) Init(ctx *genserver.Context) error { <-ctx.Done(); return nil }

// slow is a child that takes a while to stop.
func (w *world) slow(id string, takes time.Duration) supervisor.ChildSpec {
	return supervisor.ChildSpec{ID: id, Shutdown: takes + 1, Start: supervisor.BodyOpt(runtime.SpawnOptions{TrapExit: true},
		func(ctx *runtime.Context) error {
			exit, err := runtime.Receive[signal.Exit](ctx)
			if err != nil {
				return err
			}
			select {
			case <-time.After(takes):
			case <-ctx.Done():
				w.note("killed %s", id)
				return ctx.Err()
			}
			w.note("stop %s: %s", id, exit.Reason)
			return exit.Reason
		})}
}

// towers are three supervisors, each below the other, of which the lowest cannot start its last
// child. Each has started others, some of which take longer to stop than it is waited for a
// start function.
func (w *world) towers(last supervisor.StartFunc) supervisor.Spec {
	const takes = 8 * time.Second
	lowest := supervisor.Spec{Name: "lowest", Children: []supervisor.ChildSpec{w.slow("1", takes),
		supervisor.Child("running", supervisor.Spec{Name: "running", Children: []supervisor.ChildSpec{w.slow("2", takes)}}),
		{ID: "unready", Start: last}}}
	middle := supervisor.Spec{Name: "middle", Children: []supervisor.ChildSpec{w.slow("3", takes), w.worker("4"),
		supervisor.Child("lowest", lowest), w.worker("never")}}
	return supervisor.Spec{Name: "top", Children: []supervisor.ChildSpec{w.slow("5", takes), supervisor.Child("middle", middle), w.worker("never")}}
}

// However a start is given up that is under way, what has started stops in reverse order,
// all the way up, for the reason shutdown, and nothing of it is reported.
func TestStart_GivenUpStopsWhatHasStartedInOrder(t *testing.T) {
	for way := range unready(nil, nil) {
		for how, giveUp := range map[string]func(w *world, cancel func()){
			"its context ends":       func(_ *world, cancel func()) { cancel() },
			"the program ends it":    func(w *world, _ func()) { exitNamed(w, "top", signal.Shutdown) },
			"the runtime shuts down": func(w *world, _ func()) { go func() { _ = w.rt.Shutdown(context.Background()) }() },
		} {
			t.Run(way+", "+how, func(t *testing.T) {
				alone(t, func(w *world) {
					release := make(chan struct{})
					defer close(release)
					u := unready(w, release)[way]
					ctx, cancel := context.WithCancel(w.Context())
					defer cancel()
					result := make(chan error, 1)
					go func() { // the test waits for its result
						_, err := supervisor.Start(ctx, w.rt, w.towers(u.start))
						result <- err
					}()
					require.Equal(t, "start 4", w.noted()[0])
					began := time.Now()
					giveUp(w, cancel)
					err := <-result
					var failed *supervisor.StartError
					require.ErrorAs(t, err, &failed)
					require.Equal(t, "middle", failed.Child)
					if how == "its context ends" {
						require.ErrorIs(t, err, context.Canceled)
					}
					require.Zero(t, w.rt.Crashed())
					if how == "the runtime shuts down" {
						return // which tells all at the same time: some have ended before they are asked to
					}
					require.NotContains(t, w.logs.String(), "level=WARN")
					require.NotContains(t, w.logs.String(), "level=ERROR")
					require.Equal(t, u.late+4*8*time.Second, time.Since(began))
					notes := w.noted()
					if way == "starts all the same" {
						require.Equal(t, []string{"start late", "stop late: shutdown"}, notes[:2])
						notes = notes[2:]
					}
					require.Equal(t, []string{"stop 2: shutdown", "stop 1: shutdown", "stop 4: shutdown", "stop 3: shutdown", "stop 5: shutdown"}, notes)
				})
			})
		}
	}
}

// alone is within without a process of the test's own.
func alone(t *testing.T, body func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, logs: &logs{}}
		w.rt = runtime.MustNew(runtime.Config{Logger: slog.New(slog.NewTextHandler(w.logs, nil))})
		body(w)
		_ = w.rt.Shutdown(context.Background())
		synctest.Wait()
		require.Zero(t, w.rt.Len())
	})
}

func exitNamed(w *world, name string, reason signal.ExitReason) {
	p, ok := w.rt.Whereis(name)
	require.True(w, ok, name)
	require.NoError(w, w.rt.Exit(p, reason))
}

// So it is while a supervisor restarts a child that is a tree.
func TestRestart_GivenUpStopsWhatHasStartedInOrder(t *testing.T) {
	within(t, func(w *world) {
		fails := false
		last := func(ctx context.Context) (pid.PID, error) {
			if fails {
				return hanging(w)(ctx)
			}
			return w.worker("last").Start(ctx)
		}
		sup := w.start(supervisor.Spec{Children: []supervisor.ChildSpec{w.worker("a"),
			supervisor.Child("sub", supervisor.Spec{Name: "sub", Children: []supervisor.ChildSpec{w.slow("b", 8*time.Second), {ID: "last", Start: last}}})}})
		fails = true
		exitNamed(w, "sub", signal.Kill)
		w.pass(8 * time.Second) // "b" is an orphan for so long
		notes := w.noted()
		require.Equal(t, "hangs", notes[len(notes)-1])
		began := time.Now()
		require.Equal(t, signal.Shutdown, w.stop(sup))
		require.Equal(t, 8*time.Second, time.Since(began))
		require.Equal(t, []string{"stop b: shutdown", "stop a: shutdown"}, w.noted())
	})
}

// What does not stop in the time that it is given is killed, and all of the tree with it; who
// starts it has not to wait for longer.
func TestStart_GivenUpIsBounded(t *testing.T) {
	alone(t, func(w *world) {
		heedless := stubbornChild("heedless", time.Hour, supervisor.Infinity)
		below := supervisor.Spec{Children: []supervisor.ChildSpec{heedless, {ID: "hangs", Start: hanging(w)}}}
		spec := supervisor.Spec{Children: []supervisor.ChildSpec{w.worker("a"), stubbornChild("b", time.Hour, time.Minute), supervisor.Child("below", below)}}
		ctx, cancel := context.WithTimeout(w.Context(), time.Second)
		defer cancel()
		began := time.Now()
		_, err := supervisor.Start(ctx, w.rt, spec)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		// That below is killed after twice the default time: for the start, and for its child.
		require.Equal(t, time.Second+2*supervisor.DefaultShutdown+time.Minute, time.Since(began))
		require.Equal(t, []string{"start a", "hangs", "stop a: shutdown"}, w.noted())
		require.Zero(t, w.rt.Len())
	})
}

// A tree can be killed as a whole while it starts.
func TestKill_TakesWhatIsStarting(t *testing.T) {
	for way := range unready(nil, nil) {
		for name, givenUp := range map[string]bool{"": false, ", given up": true} {
			t.Run(way+name, func(t *testing.T) {
				alone(t, func(w *world) {
					release := make(chan struct{})
					defer close(release)
					ctx, cancel := context.WithCancel(w.Context())
					defer cancel()
					result := make(chan error, 1)
					go func() { // the test waits for its result
						_, err := supervisor.Start(ctx, w.rt, w.towers(unready(w, release)[way].start))
						result <- err
					}()
					synctest.Wait()
					p, ok := w.rt.Whereis("top")
					require.True(t, ok)
					if givenUp {
						cancel()
						synctest.Wait()
					}
					began := time.Now()
					supervisor.Kill(w.rt, p)
					synctest.Wait()
					require.Zero(t, time.Since(began))
					require.LessOrEqual(t, w.rt.Len(), 1, "the one that starts it may wait for a start function")
					require.Error(t, <-result)
				})
			})
		}
	}
}
