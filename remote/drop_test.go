package remote_test

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

// What is dropped is counted, and the sender goes on; a call, and a send that has asked not to
// wait, are told.
func TestFlow_FullQueueDropsByOption(t *testing.T) {
	inLab(t, func(l *lab) {
		a := l.node("a@test", func(c *remote.Config) { c.QueueBytes, c.WhenFull = 64<<10, remote.Drop })
		b := l.node("b@test")
		in := l.inbox(b, nil)
		for _, connected := range []bool{false, true} {
			if connected {
				l.connect(a, b)
			}
			l.net.Partition([]string{"a@test"})
			begun, before := time.Now(), a.Runtime().Stats().Dropped
			const sent = 200
			for range sent {
				require.NoError(l, a.Runtime().Send(bounded(l), in.pid, strings.Repeat("x", 10<<10)))
				require.NoError(l, a.Runtime().SendNamed(bounded(l), pid.Name{Name: "nobody", Node: "b@test"}, "x"))
			}
			require.Zero(l, time.Since(begun), "nobody waits")
			dropped := int(a.Runtime().Stats().Dropped - before)
			require.Positive(l, dropped)
			require.ErrorIs(l, a.Runtime().TrySend(in.pid, "y"), remote.ErrBusy)
			_, err := runtime.Call[any](runtime.NewContext(bounded(l), a.Runtime()), in.pid, "y")
			require.ErrorIs(l, err, remote.ErrBusy)
			l.net.Heal()
			l.connect(a, b)
			arrived := len(in.all())
			require.Less(l, arrived, sent)
			require.Positive(l, arrived)
			require.Equal(l, dropped, int(a.Runtime().Stats().Dropped-before), "no other message was lost")
		}
	})
}

// A message that was queued for a node which is not reached in the end is told of: its
// sender has gone on.
func TestConnect_WhatWasQueuedInVainIsToldOf(t *testing.T) {
	inLab(t, func(l *lab) {
		logs := lines{make(chan slog.Record, 10)}
		rt := runtime.MustNew(runtime.Config{Name: "a@test", Logger: slog.New(logs)})
		cfg := l.net.Config("a@test")
		cfg.Logger = quiet
		n, err := remote.Start(rt, cfg)
		require.NoError(l, err)
		defer stop(l, n)
		l.net.Partition([]string{"a@test"})
		to := pid.Name{Name: "server", Node: "b@test"}
		begun := time.Now()
		require.NoError(l, rt.SendNamed(bounded(l), to, 42))
		require.NoError(l, rt.SendNamed(bounded(l), to, note{1, "x"}))
		require.Zero(l, time.Since(begun))
		require.Zero(l, rt.Stats().Dropped)
		after(remote.DefaultConnectTimeout)
		require.EqualValues(l, 2, rt.Stats().Dropped)
		got := []string{text(<-logs.records), text(<-logs.records)} // each from a goroutine of its own
		slices.Sort(got)
		require.Equal(l, []string{
			"WARN message is lost to=server on b@test type=int reason=noconnection node=a@test",
			"WARN message is lost to=server on b@test type=remote_test.note reason=noconnection node=a@test",
		}, got)
	})
}
