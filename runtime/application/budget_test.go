package application_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/application"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// stubborn are children that do not stop by being asked, in the ways there are. Those that
// hold their goroutine wait for release.
func stubborn(release chan struct{}) map[string]supervisor.ChildSpec {
	ready := func(body func(ctx *runtime.Context)) supervisor.StartFunc {
		return supervisor.ReadyBody(runtime.SpawnOptions{TrapExit: true}, func(ctx *runtime.Context, starter runtime.From) error {
			if err := ctx.Reply(starter, nil); err != nil {
				return err
			}
			body(ctx)
			return nil
		})
	}
	starts := 0
	return map[string]supervisor.ChildSpec{
		"ignores its exit signal": {Start: ready(func(ctx *runtime.Context) {
			for {
				if _, err := ctx.Recv(); err != nil {
					return
				}
			}
		})},
		"holds its goroutine": {Start: ready(func(*runtime.Context) { <-release })},
		"hangs in Terminate": {Start: func(ctx context.Context) (pid.PID, error) {
			return genserver.StartLink(ctx, genserver.Funcs{Terminate: func(*genserver.Context, signal.ExitReason) { <-release }},
				genserver.Options{TrapExit: true})
		}},
		"hangs in its restart": {Start: func(ctx context.Context) (pid.PID, error) {
			if starts++; starts > 1 {
				<-release
			}
			return genserver.StartLink(ctx, genserver.Funcs{}, genserver.Options{Name: "restarts"})
		}},
	}
}

// However many children of a tree, and of those below it, do not stop, and in which way, the
// whole stop takes its one budget.
func TestRun_OneBudgetForChildrenThatHang(t *testing.T) {
	const total = 7 * time.Second
	for way := range stubborn(nil) {
		for _, shutdown := range []time.Duration{0, time.Hour, supervisor.Infinity} {
			t.Run(fmt.Sprint(way, " ", shutdown), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r := newRun(t)
					release := make(chan struct{})
					var children []supervisor.ChildSpec
					for i := range 4 {
						child := stubborn(release)[way]
						child.ID, child.Shutdown = fmt.Sprint(i), shutdown
						children = append(children, child)
						if way == "hangs in its restart" {
							break
						}
					}
					nested := append(children[:len(children):len(children)], supervisor.Child("below", supervisor.Spec{Children: children}))
					if way == "hangs in its restart" {
						nested = children
					}
					app := application.App{Name: "hangs", Root: func(any) (supervisor.Spec, error) { return supervisor.Spec{Children: nested}, nil }}
					_, err := r.rt.SpawnOpt(runtime.SpawnOptions{TrapExit: true}, func(*runtime.Context) error { <-release; return nil })
					require.NoError(t, err, "a stray")
					go func() { // the test waits for its result
						opts := application.Options{Runtime: r.rt, Signals: r.signals, StopTimeout: total}
						r.result <- application.RunWith(t.Context(), opts, app)
					}()
					synctest.Wait()
					if p, ok := r.rt.Whereis("restarts"); ok {
						require.NoError(t, r.rt.Exit(p, signal.Kill))
						synctest.Wait()
					}
					began := time.Now()
					r.signals <- syscall.SIGTERM
					require.Error(t, <-r.result)
					require.LessOrEqual(t, time.Since(began), total+time.Second)
					require.Zero(t, r.rt.Len())
					close(release)
				})
			})
		}
	}
}

// The same for a tree that is still starting: what has started of it does not stop.
func TestRun_OneBudgetForATreeThatIsStarting(t *testing.T) {
	const total = 7 * time.Second
	for way := range stubborn(nil) {
		t.Run(way, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRun(t)
				release := make(chan struct{})
				var children []supervisor.ChildSpec
				for i := range 3 {
					child := stubborn(release)[way]
					child.ID, child.Shutdown = fmt.Sprint(i), supervisor.Infinity
					children = append(children, child)
					if way == "hangs in its restart" {
						break
					}
				}
				children = append(children, supervisor.ChildSpec{ID: "hangs", Start: func(context.Context) (pid.PID, error) {
					<-release
					return pid.PID{}, context.Canceled
				}})
				app := application.App{Name: "starts", Root: func(any) (supervisor.Spec, error) { return supervisor.Spec{Children: children}, nil }}
				go func() { // the test waits for its result
					opts := application.Options{Runtime: r.rt, Signals: r.signals, StopTimeout: total}
					r.result <- application.RunWith(t.Context(), opts, r.app("first", 0), app)
				}()
				synctest.Wait()
				s := application.Check(t.Context(), r.rt)
				require.Equal(t, application.Starting, s.Apps[1].State)
				require.False(t, s.Ready(), "not while one is starting")
				require.True(t, s.Healthy())
				began := time.Now()
				r.signals <- syscall.SIGTERM
				<-r.result // whether anything had to be killed depends on the way
				require.LessOrEqual(t, time.Since(began), total+time.Second)
				require.Zero(t, r.rt.Len())
				close(release)
			})
		})
	}
}

// What was never started is stopped in the end, too.
func TestCheck_AfterAStartThatFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRun(t)
		fails := r.app("fails", 0)
		fails.Root = func(any) (supervisor.Spec, error) { return supervisor.Spec{}, context.Canceled }
		_, err := application.Start(t.Context(), application.Options{Runtime: r.rt}, r.app("a", 0), fails, r.app("c", 0))
		require.Error(t, err)
		s := application.Check(t.Context(), r.rt)
		for _, a := range s.Apps {
			require.Equal(t, application.Stopped, a.State, a.Name)
		}
		require.False(t, s.Ready())
		require.NoError(t, r.rt.Shutdown(t.Context()))
	})
}

// A signal while a tree starts is an orderly stop, also of the supervisors below: what has
// started stops in reverse order, for the reason shutdown, and nothing is reported.
func TestRun_SignalWhileATreeStartsStopsItInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var reports lines
		r := newRun(t)
		r.rt = runtime.MustNew(runtime.Config{Logger: slog.New(slog.NewTextHandler(&reports, &slog.HandlerOptions{Level: slog.LevelWarn}))})
		root := func(any) (supervisor.Spec, error) { return r.halfStarted(6 * time.Second), nil }
		go func() { // the test waits for its result
			r.result <- application.RunWith(t.Context(), application.Options{Runtime: r.rt, Signals: r.signals}, application.App{Name: "starts", Root: root})
		}()
		synctest.Wait()
		began := time.Now()
		r.signals <- syscall.SIGTERM
		require.NoError(t, <-r.result)
		require.Equal(t, 4*6*time.Second, time.Since(began))
		require.Equal(t, []string{"deepest: shutdown", "deep: shutdown", "second: shutdown", "first: shutdown"}, r.noted())
		require.Zero(t, r.rt.Crashed())
		require.Empty(t, reports.String())
	})
}

// halfStarted is a tree whose last child, two supervisors below the root, does not get ready.
func (r *run) halfStarted(takes time.Duration) supervisor.Spec {
	child := func(name string) supervisor.ChildSpec {
		return supervisor.ChildSpec{ID: name, Shutdown: takes + 1, Start: func(ctx context.Context) (pid.PID, error) {
			return genserver.StartLink(ctx, genserver.Funcs{Terminate: func(_ *genserver.Context, reason signal.ExitReason) {
				<-time.After(takes)
				r.note(name + ": " + reason.String())
			}}, genserver.Options{TrapExit: true})
		}}
	}
	below := func(id string, children ...supervisor.ChildSpec) supervisor.ChildSpec {
		return supervisor.Child(id, supervisor.Spec{Children: children})
	}
	hangs := supervisor.ChildSpec{ID: "hangs", Start: func(ctx context.Context) (pid.PID, error) {
		<-ctx.Done()
		return pid.PID{}, ctx.Err()
	}}
	return supervisor.Spec{Children: []supervisor.ChildSpec{child("first"), child("second"),
		below("middle", child("deep"), below("lowest", below("started", child("deepest")), hangs)), child("never")}}
}

// lines is a log that is written to by many.
type lines struct {
	mu   sync.Mutex
	text strings.Builder // guarded by mu
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// What is still starting when the time is over is killed, though the runtime goes on, and when
// the application's own time is over, if that comes first.
func TestStart_GivenUpLeavesNothingOfATreeThatDoesNotStop(t *testing.T) {
	for name, timeout := range map[string]struct{ total, own time.Duration }{
		"total": {3 * time.Second, 0}, "its own": {time.Minute, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRun(t)
				root := func(any) (supervisor.Spec, error) { return r.halfStarted(time.Hour), nil }
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				began := time.Now()
				_, err := application.Start(ctx, application.Options{Runtime: r.rt, StopTimeout: timeout.total},
					application.App{Name: "starts", Root: root, StopTimeout: timeout.own})
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.Equal(t, 4*time.Second, time.Since(began))
				synctest.Wait()
				require.Zero(t, r.rt.Len())
				<-time.After(time.Hour) // the goroutines of those who were killed
				require.NoError(t, r.rt.Shutdown(t.Context()))
			})
		})
	}
}
