package runtime_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
)

var noLogger = slog.New(slog.DiscardHandler)

func endedContext() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// newPuppet starts a process, in the name of parent unless that is nil.
func (s *story) newPuppet(t *rapid.T, opts runtime.SpawnOptions, parent *puppet) {
	p := &puppet{acts: make(chan func(*runtime.Context) error)}
	var id pid.PID
	var ref pid.Ref
	var err error
	if parent == nil {
		id, err = s.rt.SpawnOpt(opts, p.body)
	} else {
		parent.acts <- func(ctx *runtime.Context) error {
			id, ref, err = ctx.SpawnOpt(opts, p.body)
			return nil
		}
	}
	synctest.Wait()
	require.NoError(t, err)
	p.ProcessHandle, _ = s.rt.Process(id)
	s.puppets = append(s.puppets, p)
	s.spawn(opts.TrapExit)
	if opts.Monitor {
		s.refs = append(s.refs, ref)
	}
}

func (s *story) stepSpawn(t *rapid.T) {
	s.newPuppet(t, runtime.SpawnOptions{TrapExit: rapid.Bool().Draw(t, "trap")}, nil)
}

func (s *story) stepSpawnRelated(t *rapid.T) {
	by := s.actor(t)
	opts := runtime.SpawnOptions{
		TrapExit: rapid.Bool().Draw(t, "trap"),
		Link:     rapid.Bool().Draw(t, "link"), Monitor: rapid.Bool().Draw(t, "monitor"),
	}
	s.newPuppet(t, opts, s.puppets[by])
	p := len(s.procs) - 1
	if opts.Link {
		s.link(by, p)
	}
	if opts.Monitor {
		s.monitor(by, p, "")
	}
}

func (s *story) stepStop(t *rapid.T) {
	by, reason := s.actor(t), s.anyReason(t)
	s.puppets[by].acts <- func(*runtime.Context) error { return reason }
	s.die(by, reason)
}

func (s *story) stepExit(t *rapid.T) {
	by, to, reason := s.actor(t), s.anyone(t), s.anyReason(t)
	s.do(by, func(ctx *runtime.Context) { require.NoError(t, ctx.Exit(s.puppets[to].PID(), reason)) })
	s.exit(by, to, reason, false)
}

func (s *story) stepProgramExit(t *rapid.T) {
	to, reason := s.anyone(t), s.anyReason(t)
	require.NoError(t, s.rt.Exit(s.puppets[to].PID(), reason))
	s.exit(-1, to, reason, false)
}

func (s *story) stepTrap(t *rapid.T) {
	by, on := s.actor(t), rapid.Bool().Draw(t, "on")
	s.do(by, func(ctx *runtime.Context) { require.Equal(t, s.procs[by].trap, ctx.SetTrapExit(on)) })
	s.procs[by].trap = on
}

func (s *story) stepLink(t *rapid.T) {
	by, to := s.actor(t), s.anyone(t)
	linked := s.link(by, to)
	s.do(by, func(ctx *runtime.Context) {
		err := ctx.Link(s.puppets[to].PID())
		if linked {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, runtime.ErrNoProc)
		}
	})
}

func (s *story) stepUnlink(t *rapid.T) {
	by, to := s.actor(t), s.anyone(t)
	s.unlink(by, to)
	s.do(by, func(ctx *runtime.Context) { require.NoError(t, ctx.Unlink(s.puppets[to].PID())) })
}

func (s *story) stepMonitor(t *rapid.T) {
	by, to := s.actor(t), s.anyone(t)
	s.monitor(by, to, "")
	s.do(by, func(ctx *runtime.Context) { s.refs = append(s.refs, ctx.Monitor(s.puppets[to].PID())) })
}

func (s *story) stepMonitorName(t *rapid.T) {
	by, name := s.actor(t), s.anyName(t)
	s.monitor(by, -1, name)
	s.do(by, func(ctx *runtime.Context) { s.refs = append(s.refs, ctx.MonitorNamed(pid.Name{Name: name})) })
}

func (s *story) stepDemonitor(t *rapid.T) {
	if len(s.refs) == 0 {
		t.Skip("no monitors")
	}
	by, ref := s.actor(t), rapid.IntRange(0, len(s.refs)-1).Draw(t, "ref")
	flush := rapid.Bool().Draw(t, "flush")
	active := s.demonitor(by, ref, flush)
	s.do(by, func(ctx *runtime.Context) {
		demonitor := ctx.Demonitor
		if flush {
			demonitor = ctx.DemonitorFlush
		}
		require.Equal(t, active, demonitor(s.refs[ref]))
	})
}

func (s *story) stepSend(t *rapid.T) {
	by, to := s.actor(t), s.anyone(t)
	text := fmt.Sprint("message ", s.step)
	alive := s.alive(to)
	s.deliver(to, false, "%s", text)
	s.do(by, func(ctx *runtime.Context) {
		err := ctx.Send(s.puppets[to].PID(), text)
		if alive {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, runtime.ErrNoProc)
		}
	})
}

func (s *story) stepSendNamed(t *rapid.T) {
	by, name := s.actor(t), s.anyName(t)
	text := fmt.Sprint("message ", s.step)
	to, there := s.names[name]
	if there {
		s.deliver(to, false, "%s", text)
	}
	s.do(by, func(ctx *runtime.Context) {
		err := ctx.SendNamed(name, text)
		if there {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, runtime.ErrNameNotFound)
		}
	})
}

func (s *story) stepRegister(t *rapid.T) {
	name, p := s.anyName(t), s.anyone(t)
	registered := s.register(name, p)
	require.Equal(t, registered, s.rt.Register(name, s.puppets[p].PID()) == nil)
}

func (s *story) stepUnregister(t *rapid.T) {
	name, owner := s.anyName(t), -1
	if p, there := s.names[name]; there {
		owner = p
	}
	if !rapid.Bool().Draw(t, "by the program") {
		by := s.actor(t)
		s.do(by, func(ctx *runtime.Context) { require.Equal(t, by == owner, ctx.Unregister(name) == nil) })
		if by != owner {
			return
		}
	} else {
		require.Equal(t, owner >= 0, s.rt.Unregister(name) == nil)
	}
	delete(s.names, name)
}

// stepReceive receives all that is there.
func (s *story) stepReceive(t *rapid.T) {
	by := s.actor(t)
	var got, want []string
	s.do(by, func(ctx *runtime.Context) {
		for m, err := ctx.TryRecv(); err == nil; m, err = ctx.TryRecv() {
			got = append(got, s.text(m))
		}
	})
	box := s.procs[by].box
	for _, l := range box {
		want = append(want, l.text)
	}
	require.Equal(t, ordered(want, box), ordered(got, box))
	s.procs[by].box = nil
}

// stepReceiveUser receives the oldest message of another process.
func (s *story) stepReceiveUser(t *rapid.T) {
	by := s.actor(t)
	want, there := s.take(by, func(l letter) bool { return !l.system })
	s.do(by, func(ctx *runtime.Context) {
		m, err := ctx.TryRecvMatch(func(m runtime.Message) bool { return m.Kind() == runtime.KindUser })
		require.Equal(t, there, err == nil)
		if there {
			require.Equal(t, want, m.Value())
		}
	})
}

func (s *story) stepSleep(t *rapid.T) {
	by := s.actor(t)
	s.puppets[by].acts <- func(ctx *runtime.Context) error { return ctx.Hibernate(s.puppets[by].body) }
	s.procs[by].asleep = len(s.procs[by].box) == 0
}

// delay draws how long a timer is to run. Steps are taken at full milliseconds, so no
// two timers are due at once, and none at the end of a step.
func (s *story) delay(t *rapid.T) time.Duration {
	return time.Duration(rapid.IntRange(1, 1000).Draw(t, "ms"))*time.Millisecond + time.Duration(len(s.timers)+1)*time.Microsecond
}

func (s *story) stepSendAfter(t *rapid.T) {
	by, d := s.actor(t), s.delay(t)
	a := alarm{due: s.now + d, letter: letter{text: fmt.Sprint("alarm ", len(s.timers))}}
	if rapid.Bool().Draw(t, "by name") {
		a.name = s.anyName(t)
	} else {
		a.to = s.anyone(t)
	}
	s.startTimer(a)
	s.do(by, func(ctx *runtime.Context) {
		var ref pid.Ref
		var err error
		if a.name != "" {
			ref, err = ctx.SendNamedAfter(pid.Name{Name: a.name}, d, a.letter.text)
		} else {
			ref, err = ctx.SendAfter(s.puppets[a.to].PID(), d, a.letter.text)
		}
		require.NoError(t, err)
		s.alarms = append(s.alarms, ref)
	})
}

func (s *story) stepStartTimer(t *rapid.T) {
	by, d := s.actor(t), s.delay(t)
	s.startTimer(alarm{due: s.now + d, to: by, letter: letter{system: true, text: fmt.Sprint("timeout of ", len(s.timers))}})
	s.do(by, func(ctx *runtime.Context) { s.alarms = append(s.alarms, ctx.StartTimer(d)) })
}

func (s *story) stepCancelTimer(t *rapid.T) {
	if len(s.alarms) == 0 {
		t.Skip("no timers")
	}
	by, i := s.actor(t), rapid.IntRange(0, len(s.alarms)-1).Draw(t, "timer")
	wantLeft, wantRunning := s.cancelTimer(i)
	s.do(by, func(ctx *runtime.Context) {
		left, running := ctx.CancelTimer(s.alarms[i])
		require.Equal(t, wantRunning, running)
		require.Equal(t, wantLeft, left)
	})
}

func (s *story) stepTimePasses(t *rapid.T) {
	d := time.Duration(rapid.IntRange(1, 500).Draw(t, "ms")) * time.Millisecond
	pass(d)
	synctest.Wait()
	s.pass(d)
}
