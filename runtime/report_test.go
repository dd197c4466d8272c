package runtime_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	goruntime "runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// journal is a logger whose reports can be read back.
type journal struct {
	mu      sync.Mutex
	written bytes.Buffer // guarded by mu
}

func (j *journal) logger() *slog.Logger { return slog.New(slog.NewJSONHandler(j, nil)) }

// Write implements io.Writer.
func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.written.Write(b)
}

// reports returns what was reported, without the times, and forgets it.
func (j *journal) reports(t *testing.T) (all []map[string]any) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	for d := json.NewDecoder(&j.written); d.More(); {
		var r map[string]any
		require.NoError(t, d.Decode(&r))
		delete(r, slog.TimeKey)
		all = append(all, r)
	}
	return all
}

func crashingBody(*runtime.Context) error { panic("oops") }

func TestCrashReport_HasStableKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		rt := startWith(t, runtime.Config{Logger: j.logger()})
		opts := runtime.SpawnOptions{Name: "worker", Label: "number 7"}
		h := spawnOpt(t, rt, opts, func(*runtime.Context) error { return errors.New("boom") })
		await(t, h)
		reports := j.reports(t)
		require.Len(t, reports, 1)
		require.Contains(t, reports[0]["type"], "start_test.go:")
		delete(reports[0], "type")
		require.Equal(t, []map[string]any{{
			"level": "ERROR", "msg": "process crashed", "queue": 0.0, "links": 0.0,
			"pid": h.PID().String(), "name": "worker", "label": "number 7", "reason": "error: boom",
		}}, reports)

		_, err := rt.Spawn(crashingBody)
		require.NoError(t, err)
		synctest.Wait()
		reports = j.reports(t)
		require.Len(t, reports, 1)
		stack := strings.Split(reports[0]["stack"].(string), "\n")
		require.Contains(t, stack[1], "runtime_test.crashingBody", "the program's own frame comes first")
		require.Contains(t, reports[0]["type"], "runtime_test.crashingBody (report_test.go:")
	})
}

func TestCrashReport_SaysWhereItComesFromAndWhatABehaviourKnows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		rt := startWith(t, runtime.Config{Name: "shop@test", Logger: j.logger()})
		within(t, rt, func(ctx *runtime.Context) error {
			me := ctx.PID()
			child := spawnIn(t, ctx, func(ctx *runtime.Context) error {
				require.Equal(t, me, ctx.Parent())
				_, err := ctx.Spawn(func(ctx *runtime.Context) error {
					ctx.ExplainCrash(runtime.CrashDetails{
						Type: "*till", Message: "coin", State: strings.Repeat("s", 1<<20), Caller: me,
					})
					return errors.New("boom")
				})
				require.NoError(t, err)
				return idle(ctx)
			})
			synctest.Wait()
			reports := j.reports(t)
			require.Len(t, reports, 1)
			r := reports[0]
			require.Equal(t, "shop@test", r["node"])
			require.Equal(t, "*till", r["type"])
			require.Equal(t, "coin", r["message"])
			require.Equal(t, me.String(), r["caller"])
			require.Equal(t, child.String(), r["parent"])
			require.Equal(t, me.String(), r["ancestors"])
			require.LessOrEqual(t, len(r["state"].(string)), 5<<10)
			return nil
		})
	})
}

func TestCrashReport_OfManyEqualOnesIsASummary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		rt := startWith(t, runtime.Config{Logger: j.logger()})
		for range 1000 {
			_, err := rt.Spawn(crashingBody)
			require.NoError(t, err)
		}
		await(t, spawn(t, rt, func(*runtime.Context) error { return errors.New("other") }))
		synctest.Wait()
		require.Len(t, j.reports(t), 11)
		pass(time.Second)
		synctest.Wait()
		reports := j.reports(t)
		require.Len(t, reports, 1)
		require.Equal(t, "more reports of the same kind", reports[0]["msg"])
		require.EqualValues(t, 990, reports[0]["times"])
		require.EqualValues(t, 1001, rt.Stats().Crashed)
		pass(time.Second)
		require.Empty(t, j.reports(t))
	})
}

// The starter gets the error: that is no crash. A panic is one.
func TestCrashReport_IsNotMadeForAStartThatIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		rt := startWith(t, runtime.Config{Logger: j.logger()})
		within(t, rt, func(ctx *runtime.Context) error {
			_, _, err := ctx.SpawnAck(ctx, runtime.SpawnOptions{}, func(*runtime.Context, runtime.From) error {
				return errors.New("out of money")
			})
			require.ErrorContains(t, err, "out of money")
			reports := j.reports(t)
			require.Len(t, reports, 1)
			require.Equal(t, "process did not start", reports[0]["msg"])
			require.Equal(t, "INFO", reports[0]["level"])
			require.Zero(t, rt.Stats().Crashed)
			_, _, err = ctx.SpawnAck(ctx, runtime.SpawnOptions{}, func(*runtime.Context, runtime.From) error {
				panic("oops")
			})
			require.ErrorContains(t, err, "oops")
			require.Len(t, j.reports(t), 1)
			return nil
		})
	})
}

// badHandler is a log handler of the kind that a program should not have.
type badHandler struct {
	slog.Handler
	handle func()
}

func (h badHandler) Handle(context.Context, slog.Record) error { h.handle(); return nil }

func TestReports_SurviveTheirHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var rt *runtime.Runtime
		again := true
		for name, handle := range map[string]func(){
			"panics": func() { panic("handler") }, "calls Goexit": goruntime.Goexit,
			"calls back": func() {
				if again {
					again = false
					_, _ = rt.Spawn(crashingBody)
					_ = rt.Stats()
					_ = rt.Zombies()
					for range rt.Processes() {
					}
				}
			},
		} {
			h := badHandler{slog.DiscardHandler, handle}
			rt = startWith(t, runtime.Config{Logger: slog.New(enabled{h})})
			within(t, rt, func(ctx *runtime.Context) error {
				_, ref, err := ctx.SpawnMonitor(crashingBody)
				require.NoError(t, err)
				require.Equal(t, signal.Error("panic: oops"), down(t, ctx, ref), name)
				return nil
			})
		}
	})
}

// enabled is a handler that is for everything.
type enabled struct{ slog.Handler }

func (enabled) Enabled(context.Context, slog.Level) bool { return true }

// spawnIn starts a process on behalf of ctx's.
func spawnIn(t testing.TB, ctx *runtime.Context, body runtime.Body) pid.PID {
	t.Helper()
	p, err := ctx.Spawn(body)
	require.NoError(t, err)
	return p
}

func TestCrashReport_ComesBeforeAnyoneIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		rt := startWith(t, runtime.Config{Logger: j.logger()})
		within(t, rt, func(ctx *runtime.Context) error {
			_, ref, err := ctx.SpawnMonitor(crashingBody)
			require.NoError(t, err)
			down(t, ctx, ref)
			require.Len(t, j.reports(t), 1)
			return nil
		})
	})
}

// A process that another one ends has not crashed; a panic on its way out is
// still worth a report.
func TestCrashReport_IsNotMadeForOrderlyEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		rt := startWith(t, runtime.Config{Logger: j.logger()})
		for _, reason := range []signal.ExitReason{signal.Normal, signal.Shutdown, signal.ShutdownReason("why")} {
			await(t, spawn(t, rt, func(*runtime.Context) error { return reason }))
		}
		for _, reason := range []signal.ExitReason{signal.Kill, signal.Error("boom")} {
			h := spawn(t, rt, idle)
			h.Exit(reason)
			await(t, h)
		}
		h := spawn(t, rt, func(ctx *runtime.Context) error { _ = idle(ctx); return errors.New("on the way out") })
		synctest.Wait()
		h.Exit(signal.Shutdown)
		await(t, h)
		require.Empty(t, j.reports(t))

		h = spawn(t, rt, func(ctx *runtime.Context) error { _ = idle(ctx); panic("on the way out") })
		synctest.Wait()
		h.Exit(signal.Shutdown)
		require.Equal(t, signal.Shutdown, await(t, h))
		require.Len(t, j.reports(t), 1)
	})
}

func stubbornBody(leave chan struct{}) { <-leave }

func TestZombieReport_HasStableKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		rt := startWith(t, runtime.Config{Logger: j.logger(), ExitGrace: time.Second})
		leave := make(chan struct{})
		h := spawnOpt(t, rt, runtime.SpawnOptions{Label: "number 7"}, func(*runtime.Context) error {
			stubbornBody(leave)
			return nil
		})
		synctest.Wait()
		h.Exit(signal.Kill)
		since := time.Now()
		pass(time.Second - 1)
		synctest.Wait()
		require.Empty(t, j.reports(t), "most leave soon")
		pass(1 * time.Nanosecond)
		synctest.Wait()
		reports := j.reports(t)
		require.Len(t, reports, 1)
		require.Contains(t, reports[0]["stack"], "runtime_test.stubbornBody")
		delete(reports[0], "stack")
		require.Equal(t, map[string]any{
			"level": "WARN", "msg": "process is dead but its goroutine still runs",
			"pid": h.PID().String(), "label": "number 7", "reason": "killed", "since": since.Format(time.RFC3339Nano),
		}, reports[0])
		close(leave)
		pass(time.Hour)
		require.Empty(t, j.reports(t))
	})
}

func TestZombieReport_IsNotMadeForOneThatLeavesInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		rt := startWith(t, runtime.Config{Logger: j.logger()})
		leave := make(chan struct{})
		h := spawn(t, rt, func(*runtime.Context) error { <-leave; return nil })
		synctest.Wait()
		h.Exit(signal.Kill)
		close(leave)
		pass(time.Hour)
		require.Empty(t, j.reports(t))
	})
}

func TestReports_GoToTheDefaultLoggerUnlessToldOtherwise(t *testing.T) {
	var j journal
	was := slog.Default()
	slog.SetDefault(j.logger())
	defer slog.SetDefault(was)
	rt := runtime.MustNew(runtime.Config{})
	await(t, spawn(t, rt, crashingBody))
	require.Len(t, j.reports(t), 1)
}
