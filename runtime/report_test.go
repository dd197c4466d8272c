package runtime_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

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
		require.Equal(t, []map[string]any{{
			"level": "ERROR", "msg": "process crashed",
			"pid": h.PID().String(), "name": "worker", "label": "number 7", "reason": "error: boom",
		}}, j.reports(t))

		h = spawn(t, rt, crashingBody)
		await(t, h)
		reports := j.reports(t)
		require.Len(t, reports, 1)
		require.Contains(t, reports[0]["stack"], "runtime_test.crashingBody")
		delete(reports[0], "stack")
		require.Equal(t, map[string]any{
			"level": "ERROR", "msg": "process crashed",
			"pid": h.PID().String(), "reason": "error: panic: oops",
		}, reports[0])
	})
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
	require.Same(t, slog.Default(), rt.Logger())
}
