package runtime_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// story runs the same steps in a runtime and in a world, and compares them after
// each.
type story struct {
	*world
	rt      *runtime.Runtime
	puppets []*puppet
	refs    []pid.Ref // of the monitors
	alarms  []pid.Ref // of the timers
}

// puppet is a process that does what it is told.
type puppet struct {
	runtime.ProcessHandle
	acts chan func(*runtime.Context) error
}

func (p *puppet) body(ctx *runtime.Context) error {
	for {
		select {
		case act := <-p.acts:
			if err := act(ctx); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Whatever processes do to each other one after the other, it comes out as the
// rules say.
func TestProcesses_DoAsTheModelSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(bubbleTB{t}, func(t *rapid.T) {
			s := &story{
				world: &world{names: map[string]int{}},
				rt:    runtime.MustNew(runtime.Config{Logger: noLogger}),
			}
			defer s.end(t)
			s.newPuppet(t, runtime.SpawnOptions{}, nil)
			acts := map[string]func(*rapid.T){
				"":              s.compare,
				"spawn":         s.stepSpawn,
				"spawn related": s.stepSpawnRelated,
				"stop":          s.stepStop,
				"exit":          s.stepExit,
				"program exit":  s.stepProgramExit,
				"trap":          s.stepTrap,
				"link":          s.stepLink,
				"unlink":        s.stepUnlink,
				"monitor":       s.stepMonitor,
				"monitor name":  s.stepMonitorName,
				"demonitor":     s.stepDemonitor,
				"send":          s.stepSend,
				"send named":    s.stepSendNamed,
				"register":      s.stepRegister,
				"unregister":    s.stepUnregister,
				"receive":       s.stepReceive,
				"receive user":  s.stepReceiveUser,
				"sleep":         s.stepSleep,
				"send after":    s.stepSendAfter,
				"start timer":   s.stepStartTimer,
				"cancel timer":  s.stepCancelTimer,
				"time passes":   s.stepTimePasses,
			}
			for range 5 { // longer stories than it would tell by itself
				t.Repeat(acts)
			}
		})
	})
}

func (s *story) end(t *rapid.T) {
	_ = s.rt.Shutdown(endedContext())
	synctest.Wait()
	require.Zero(t, s.rt.Len()+s.rt.ZombieCount()+s.rt.RunningTimers())
}

// compare checks that runtime and world agree, and begins the next step.
func (s *story) compare(t *rapid.T) {
	synctest.Wait()
	require.NoError(t, s.rt.Check())
	names := map[string]int{}
	for name, owner := range s.rt.RegisteredNames() {
		names[name] = s.number(owner)
	}
	require.Equal(t, s.names, names)
	for i, p := range s.procs {
		info := s.puppets[i].Info()
		require.Equal(t, p.dead, info.State == runtime.Dead, "%d: %s", i, info.State)
		require.Equal(t, p.reason, info.Reason, "%d", i)
		if p.dead {
			continue
		}
		require.Equal(t, p.trap, info.TrapExit, "%d", i)
		require.Equal(t, p.asleep, info.Hibernating, "%d", i)
		require.Equal(t, len(p.box), info.QueueLen, "%d", i)
		require.Equal(t, s.nameOf(i), info.Name, "%d", i)
		require.ElementsMatch(t, slices.Collect(maps.Keys(p.links)), s.numbers(info.Links), "%d", i)
		monitors, watchers := s.relations(i)
		require.ElementsMatch(t, watchers, s.numbers(info.MonitoredBy), "%d", i)
		require.ElementsMatch(t, monitors, info.Monitors, "%d", i)
	}
	running := 0
	for i, a := range s.timers {
		left, runs := s.rt.ReadTimer(s.alarms[i])
		require.Equal(t, a.running, runs, "timer %d", i)
		if runs {
			running++
			require.Equal(t, a.due-s.now, left, "timer %d", i)
		}
	}
	require.Equal(t, running, s.rt.RunningTimers())
	s.step++
}

// relations returns what p monitors and who monitors p, according to the world.
func (s *story) relations(p int) (monitors []pid.Address, watchers []int) {
	for _, m := range s.monitors {
		switch {
		case !m.active:
		case m.target == p:
			watchers = append(watchers, m.owner)
		case m.owner == p && m.name != "":
			monitors = append(monitors, pid.Address{Name: pid.Name{Name: m.name}})
		case m.owner == p:
			monitors = append(monitors, pid.Address{PID: s.puppets[m.target].PID()})
		}
	}
	return monitors, watchers
}

func (s *story) number(p pid.PID) int {
	return slices.IndexFunc(s.puppets, func(q *puppet) bool { return q.PID() == p })
}

func (s *story) numbers(all []pid.PID) (numbers []int) {
	for _, p := range all {
		numbers = append(numbers, s.number(p))
	}
	return numbers
}

// text returns a message as the world writes it.
func (s *story) text(m runtime.Message) string {
	switch v := m.Value().(type) {
	case signal.Exit:
		return fmt.Sprintf("exit of %d: %s", s.number(v.From), v.Reason)
	case signal.Down:
		return fmt.Sprintf("down of %d: %s", slices.Index(s.refs, v.Ref), v.Reason)
	case signal.Timeout:
		return fmt.Sprintf("timeout of %d", slices.Index(s.alarms, v.Ref))
	default:
		return fmt.Sprint(v)
	}
}

// actor draws a process that can act; it skips the step if there is none.
func (s *story) actor(t *rapid.T) int {
	var can []int
	for i, p := range s.procs {
		if !p.dead && !p.asleep {
			can = append(can, i)
		}
	}
	if len(can) == 0 {
		t.Skip("nobody can act")
	}
	return rapid.SampledFrom(can).Draw(t, "by")
}

func (s *story) anyone(t *rapid.T) int { return rapid.IntRange(0, len(s.procs)-1).Draw(t, "to") }

func (s *story) anyName(t *rapid.T) string {
	return rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "name")
}

func (s *story) anyReason(t *rapid.T) signal.ExitReason {
	return rapid.SampledFrom([]signal.ExitReason{
		signal.Normal, signal.Shutdown, signal.ShutdownReason("why"), signal.Kill, signal.Killed, signal.Error("boom"),
	}).Draw(t, "reason")
}

// do has a process do something and waits until all has settled.
func (s *story) do(by int, act func(*runtime.Context)) {
	s.puppets[by].acts <- func(ctx *runtime.Context) error {
		act(ctx)
		return nil
	}
	synctest.Wait()
}

// bubbleTB is a test in a synctest bubble, where its deadline must not be asked for.
type bubbleTB struct{ testing.TB }
