package application_test

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	ossignal "os/signal"
	goruntime "runtime"
	"slices"
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
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// run is one run of applications in a synctest bubble.
type run struct {
	*testing.T
	rt      *runtime.Runtime
	signals chan os.Signal
	cancel  context.CancelFunc
	result  chan error

	mu    sync.Mutex
	notes []string // guarded by mu
}

func newRun(t *testing.T) *run {
	rt := runtime.MustNew(runtime.Config{Logger: slog.New(slog.DiscardHandler)})
	return &run{T: t, rt: rt, signals: make(chan os.Signal), result: make(chan error, 1)}
}

// start runs applications and returns when all that can happen has happened.
func (r *run) start(apps ...application.App) {
	ctx, cancel := context.WithCancel(r.Context())
	r.cancel = cancel
	go func() { // the test waits for its result
		r.result <- application.RunWith(ctx, application.Options{Runtime: r.rt, Signals: r.signals}, apps...)
	}()
	synctest.Wait()
}

func (r *run) end() error {
	err := <-r.result
	r.cancel()
	require.Zero(r, r.rt.Len())
	return err
}

func (r *run) note(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notes = append(r.notes, text)
}

func (r *run) noted() []string {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	notes := r.notes
	r.notes = nil
	return notes
}

// app is an application with one worker that notes its start and its stop, for which it
// takes some time.
func (r *run) app(name string, takes time.Duration, needs ...string) application.App {
	body := func(ctx *runtime.Context, ready runtime.From) error {
		r.note("start " + name)
		if err := ctx.Reply(ready, nil); err != nil {
			return err
		}
		exit, err := runtime.Receive[signal.Exit](ctx)
		if err != nil {
			return err
		}
		_, err = ctx.RecvMatchTimeout(func(runtime.Message) bool { return false }, takes)
		if !errors.Is(err, runtime.ErrTimeout) {
			return err
		}
		r.note("stop " + name)
		return exit.Reason
	}
	worker := supervisor.ChildSpec{
		ID: "worker", Shutdown: supervisor.Infinity, Restart: supervisor.Temporary, Significant: true,
		Start: supervisor.ReadyBody(runtime.SpawnOptions{Name: name, TrapExit: true}, body),
	}
	return application.App{Name: name, DependsOn: needs, Root: func(any) (supervisor.Spec, error) {
		spec := supervisor.Spec{Children: []supervisor.ChildSpec{worker}, AutoShutdown: supervisor.AnySignificant}
		return spec, nil
	}}
}

// kill kills the worker of an application, with which it ends.
func (r *run) kill(name string) {
	p, ok := r.rt.Whereis(name)
	require.True(r, ok)
	require.NoError(r, r.rt.Exit(p, signal.Kill))
	synctest.Wait()
}

func TestRun_StartsByDependencyAndStopsInReverse(t *testing.T) {
	for name, stop := range map[string]func(*run){
		"SIGTERM": func(r *run) { r.signals <- syscall.SIGTERM },
		"context": func(r *run) { r.cancel() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRun(t)
				r.start(r.app("web", 0, "store", "log"), r.app("store", time.Second, "log"), r.app("log", 0))
				require.Equal(t, []string{"start log", "start store", "start web"}, r.noted())
				stop(r)
				require.NoError(t, r.end())
				require.Equal(t, []string{"stop web", "stop store", "stop log"}, r.noted())
			})
		})
	}
}

func TestRun_RefusesWhatIsWrongBeforeAnythingStarts(t *testing.T) {
	r := newRun(t)
	rootless := r.app("a", 0)
	rootless.Root = nil
	invalid := r.app("a", 0)
	invalid.Config = config{Size: -1}
	restart := r.app("a", 0)
	restart.Restart = 9
	hasty := r.app("a", 0)
	hasty.StopTimeout = -1
	for want, apps := range map[string][]application.App{
		`application: an application has no name`:                           {r.app("", 0)},
		`application "a": Root is missing`:                                  {r.app("b", 0), rootless},
		`application "a": configuration: size -1 is negative`:               {invalid},
		`application "a": Restart: there is no restart type 9`:              {restart},
		`application "a": StopTimeout: -1ns is negative`:                    {hasty},
		`application "a" is there twice`:                                    {r.app("a", 0), r.app("a", 0)},
		`application "a": DependsOn: there is no application "b"`:           {r.app("a", 0, "b")},
		`application: applications depend on each other: a → a`:             {r.app("a", 0, "a")},
		`application: applications depend on each other: b → c → b`:         {r.app("a", 0, "b"), r.app("b", 0, "c"), r.app("c", 0, "d", "b"), r.app("d", 0)},
		`application: applications depend on each other: a → b → c → d → a`: {r.app("a", 0, "b"), r.app("b", 0, "c"), r.app("c", 0, "d"), r.app("d", 0, "a")},
	} {
		require.EqualError(t, application.RunWith(t.Context(), application.Options{Runtime: r.rt}, apps...), want)
		require.Empty(t, r.notes)
	}
	var cycle *application.CycleError
	require.ErrorAs(t, application.Run(t.Context(), r.app("a", 0, "b"), r.app("b", 0, "a")), &cycle)
	require.Equal(t, []string{"a", "b"}, cycle.Cycle)
}

type config struct{ Size int }

func (c config) Validate() error {
	if c.Size < 0 {
		return errors.New("size -1 is negative")
	}
	return nil
}

func TestRun_FailedStartStopsWhatHasStarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRun(t)
		broken := r.app("c", 0, "b")
		broken.Root = func(any) (supervisor.Spec, error) { return supervisor.Spec{}, errors.New("no disk") }
		r.start(r.app("a", 0), r.app("b", 0), broken, r.app("d", 0))
		require.EqualError(t, r.end(), `application "c": start: no disk`)
		notes := r.noted()
		require.Equal(t, []string{"start a", "start b"}, notes[:2])
		require.ElementsMatch(t, []string{"stop a", "stop b"}, notes[2:])
	})
}

func TestRun_SignalWhileAnApplicationStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRun(t)
		hanging := r.app("b", 0)
		hanging.Root = func(any) (supervisor.Spec, error) {
			start := supervisor.ReadyBody(runtime.SpawnOptions{}, func(ctx *runtime.Context, _ runtime.From) error {
				_, err := ctx.Recv()
				return err
			})
			return supervisor.Spec{Children: []supervisor.ChildSpec{{ID: "hangs", Start: start}}}, nil
		}
		r.start(r.app("a", 0), hanging, r.app("c", 0))
		r.signals <- os.Interrupt
		require.NoError(t, r.end())
		require.Equal(t, []string{"start a", "stop a"}, r.noted())
	})
}

// OTP, application:start/2: "If a permanent application terminates, all other applications
// and the entire Erlang node are also terminated. If a transient application terminates
// with Reason == normal, this is reported but no other applications are terminated. […] If
// a temporary application terminates, this is reported but no other applications are
// terminated."
func TestRun_ApplicationThatEndsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRun(t)
		temporary := r.app("temporary", 0)
		temporary.Restart = supervisor.Temporary
		r.start(r.app("a", 0), temporary, r.app("permanent", 0))
		r.noted()
		r.kill("temporary")
		require.Empty(t, r.noted())
		r.kill("permanent")
		err := r.end()
		require.EqualError(t, err, `application "permanent" has ended: shutdown`)
		require.ErrorIs(t, err, signal.Shutdown)
		require.Equal(t, []string{"stop a"}, r.noted())
	})
}

// The reasons are those of the root itself: a supervisor that gives up ends with shutdown.
func TestRun_TransientApplicationEndsAllUnlessItsReasonIsNormal(t *testing.T) {
	for _, reason := range []signal.ExitReason{signal.Normal, signal.Shutdown, signal.ShutdownReason("why"), signal.Kill, signal.Error("boom")} {
		t.Run(reason.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRun(t)
				transient := application.App{Name: "transient", Restart: supervisor.Transient, Root: func(any) (supervisor.Spec, error) {
					return supervisor.Spec{Name: "root"}, nil
				}}
				r.start(r.app("a", 0), transient)
				r.noted()
				root, ok := r.rt.Whereis("root")
				require.True(t, ok)
				require.NoError(t, r.rt.Exit(root, reason))
				synctest.Wait()
				if reason == signal.Normal {
					require.Empty(t, r.noted())
					r.cancel()
					require.NoError(t, r.end())
					return
				}
				var end *application.EndError
				require.ErrorAs(t, r.end(), &end)
				require.Equal(t, "transient", end.App)
				require.Equal(t, []string{"stop a"}, r.noted())
			})
		})
	}
}

func TestRun_EndsWhenNoApplicationIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRun(t)
		a := r.app("a", 0)
		a.Restart = supervisor.Temporary
		r.start(a)
		r.kill("a")
		require.NoError(t, r.end())
	})
}

func TestRun_KillsAndListsWhatDoesNotStopInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRun(t)
		slow := r.app("slow", time.Hour)
		slow.StopTimeout = time.Minute
		r.start(r.app("a", 0), slow)
		began := time.Now()
		r.signals <- syscall.SIGTERM
		err := r.end()
		var failed *application.StopError
		require.ErrorAs(t, err, &failed)
		require.Equal(t, []string{"slow"}, failed.Apps)
		require.Empty(t, failed.Processes, "all of its tree was killed")
		require.Empty(t, failed.Abandoned)
		require.Equal(t, time.Minute, time.Since(began))
		require.EqualError(t, err, "application: stop: killed applications: slow")
		require.Equal(t, []string{"start a", "start slow", "stop a"}, r.noted())
	})
}

// hanging is an application with a worker that does not heed its exit signal at all.
func (r *run) hanging(name string, release <-chan struct{}, needs ...string) application.App {
	body := func(ctx *runtime.Context) error {
		_, _ = ctx.Recv()
		<-release
		return nil
	}
	return application.App{Name: name, DependsOn: needs, Root: func(any) (supervisor.Spec, error) {
		return supervisor.Spec{Children: []supervisor.ChildSpec{{ID: "worker", Shutdown: supervisor.Infinity,
			Start: supervisor.BodyOpt(runtime.SpawnOptions{TrapExit: true}, body)}}}, nil
	}}
}

// Independent applications are told at the same moment, those that others depend on as soon
// as these have ended. Each has its own time, all have one together.
func TestRun_StopsWithinItsTimesAndTellsIndependentApplicationsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRun(t)
		release := make(chan struct{})
		first, second := r.hanging("first", release), r.hanging("second", release, "needed")
		first.StopTimeout, second.StopTimeout = time.Second, 3*time.Second
		r.start(r.app("a", 0), first, r.app("needed", 0), second)
		r.noted()
		r.signals <- syscall.SIGTERM
		require.Equal(t, []string{"stop a"}, r.noted(), "it does not wait for first or second")
		began := time.Now()
		var failed *application.StopError
		require.ErrorAs(t, r.end(), &failed)
		require.Equal(t, []string{"second", "first"}, failed.Apps)
		require.Len(t, failed.Abandoned, 2)
		require.Equal(t, 4*time.Second, time.Since(began), "and 1 s for the goroutines")
		require.Equal(t, []string{"stop needed"}, r.noted())
		close(release)
	})
}

func TestRun_TotalTimeBoundsAll(t *testing.T) {
	for name, total := range map[string]time.Duration{"given": 5 * time.Second, "default": application.DefaultStopTimeout} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRun(t)
				release := make(chan struct{})
				opts := application.Options{Runtime: r.rt, Signals: r.signals}
				if name == "given" {
					opts.StopTimeout = total
				}
				ctx, cancel := context.WithCancel(t.Context())
				r.cancel = cancel
				go func() { // the test waits for its result
					r.result <- application.RunWith(ctx, opts, r.hanging("a", release), r.hanging("b", release, "a"), r.hanging("c", release, "b"))
				}()
				synctest.Wait()
				began := time.Now()
				cancel()
				var failed *application.StopError
				require.ErrorAs(t, r.end(), &failed)
				require.Equal(t, []string{"c", "b", "a"}, failed.Apps)
				require.Equal(t, total+time.Second, time.Since(began))
				close(release)
			})
		})
	}
}

func TestRun_StrayProcessesAreToldToEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRun(t)
		r.start(r.app("a", 0))
		stray, err := r.rt.SpawnOpt(runtime.SpawnOptions{TrapExit: true}, func(ctx *runtime.Context) error {
			for {
				if _, err := ctx.Recv(); err != nil {
					return err
				}
			}
		})
		require.NoError(t, err)
		r.signals <- syscall.SIGTERM
		began := time.Now()
		var failed *application.StopError
		require.ErrorAs(t, r.end(), &failed)
		require.Equal(t, []pid.PID{stray}, failed.Processes)
		require.Equal(t, 5*time.Second, time.Since(began))
	})
}

func TestRun_RootAndConfigurationThatMisbehave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for want, root := range map[string]func(any) (supervisor.Spec, error){
			`application "b": start: panic: oh no`:          func(any) (supervisor.Spec, error) { panic("oh no") },
			`application "b": start: called runtime.Goexit`: func(any) (supervisor.Spec, error) { goruntime.Goexit(); return supervisor.Spec{}, nil },
		} {
			r := newRun(t)
			r.start(r.app("a", 0), application.App{Name: "b", Root: root})
			require.EqualError(t, r.end(), want)
			require.Equal(t, []string{"start a", "stop a"}, r.noted())
		}
		r := newRun(t)
		a := r.app("a", 0)
		a.Config = panicking{}
		r.start(a)
		require.EqualError(t, r.end(), `application "a": configuration: panic: oh no`)
	})
}

type panicking struct{}

func (panicking) Validate() error { panic("oh no") }

func TestRun_SignalEndsTheWaitForARootThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRun(t)
		release := make(chan struct{})
		hangs := application.App{Name: "b", Root: func(any) (supervisor.Spec, error) {
			<-release
			return supervisor.Spec{}, nil
		}}
		r.start(r.app("a", 0), hangs)
		r.signals <- syscall.SIGTERM
		require.NoError(t, r.end())
		require.Equal(t, []string{"start a", "stop a"}, r.noted())
		close(release)
	})
}

func TestRun_ListsGoroutinesThatCannotBeKilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRun(t)
		release := make(chan struct{})
		deaf := r.app("deaf", 0)
		deaf.Root = func(any) (supervisor.Spec, error) {
			start := supervisor.BodyOpt(runtime.SpawnOptions{Label: "deaf"}, func(*runtime.Context) error {
				<-release
				return nil
			})
			return supervisor.Spec{Children: []supervisor.ChildSpec{{ID: "deaf", Start: start, Shutdown: time.Second}}}, nil
		}
		r.start(deaf)
		r.signals <- syscall.SIGTERM
		err := r.end()
		var failed *application.StopError
		require.ErrorAs(t, err, &failed)
		require.Empty(t, failed.Apps, "the tree itself has stopped")
		require.Len(t, failed.Abandoned, 1)
		require.ErrorContains(t, err, "abandoned goroutines of: "+failed.Abandoned[0].PID.String()+" deaf")
		close(release)
	})
}

func TestRun_SecondSignalStopsHard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRun(t)
		r.start(r.app("a", time.Hour), r.app("b", time.Hour))
		began := time.Now()
		r.signals <- os.Interrupt
		require.Empty(t, slices.DeleteFunc(r.noted(), func(s string) bool { return s == "start a" || s == "start b" }))
		r.signals <- os.Interrupt
		var failed *application.StopError
		require.ErrorAs(t, r.end(), &failed)
		require.Equal(t, []string{"b", "a"}, failed.Apps)
		require.Zero(t, time.Since(began))
	})
}

func TestConfig(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRun(t)
		a := r.app("a", 0)
		a.Config = config{Size: 3}
		r.start(a)
		require.NoError(t, r.rt.Run(t.Context(), func(ctx *runtime.Context) error {
			c, err := application.ConfigOf[config](ctx, "a")
			require.NoError(t, err)
			require.Equal(t, config{3}, c)
			_, err = application.ConfigOf[string](ctx, "a")
			require.EqualError(t, err, `application "a": the configuration is a application_test.config, not a string`)
			_, err = application.ConfigOf[config](ctx, "b")
			require.EqualError(t, err, `application: there is no application "b"`)
			return nil
		}))
		_, err := application.ConfigOf[config](t.Context(), "a")
		require.ErrorIs(t, err, runtime.ErrNotInProcess)
		r.cancel()
		require.NoError(t, r.end())
	})
}

// A real program gets a real signal. Windows has no signals to send.
func TestRun_ProgramStopsAtARealSignal(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	for _, s := range []os.Signal{syscall.SIGTERM, os.Interrupt, syscall.SIGHUP} {
		t.Run(s.String(), func(t *testing.T) {
			if ossignal.Ignored(s) {
				t.Skipf("%v is ignored here, as by nohup, and so by every program that is started", s)
			}
			program := exec.CommandContext(t.Context(), self)
			program.Env = append(os.Environ(), asProgram+"=1")
			out, err := program.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, program.Start())
			lines := bufio.NewScanner(out)
			require.True(t, lines.Scan())
			require.Equal(t, "ready", lines.Text())
			require.NoError(t, program.Process.Signal(s))
			require.True(t, lines.Scan())
			require.Equal(t, "stops", lines.Text())
			require.False(t, lines.Scan())
			require.NoError(t, program.Wait())
		})
	}
}
