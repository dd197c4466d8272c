package inspect_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/inspect"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

func failing(ctx *runtime.Context) error { return errors.New("no " + strings.Repeat("tea ", 1000)) }

func TestEvents_TellOfCrashesKillsAndRestarts(t *testing.T) {
	inLab(t, func(l *lab) {
		l.start(func(ctx *runtime.Context) {
			_, err := supervisor.StartLink(ctx, supervisor.Spec{Name: "sup", Intensity: 5, Children: []supervisor.ChildSpec{
				{ID: "child", Start: supervisor.BodyOpt(runtime.SpawnOptions{Name: "till"}, idle)},
			}})
			require.NoError(l, err)
		})
		p, _ := l.rt.Whereis("till")
		require.NoError(l, l.rt.Exit(p, signal.Kill))
		synctest.Wait() // the restart is told before the crash
		l.spawn("quits", func(*runtime.Context) error { return nil })
		crashed := l.spawn("fails", failing)
		synctest.Wait()
		got, err := l.Events(l.Context(), inspect.Events{})
		require.NoError(l, err)
		var kinds []string
		for _, e := range got.Events {
			kinds = append(kinds, fmt.Sprint(e.Kind, " ", e.Name))
		}
		require.Equal(l, []string{"exit till", "restart child", "crash fails"}, kinds)
		require.Equal(l, p, got.Events[1].Old)
		require.Equal(l, 4, got.Events[1].Left)
		got, err = l.Events(l.Context(), inspect.Events{Kinds: []inspect.EventKind{inspect.EventRestart}, After: got.Events[0].Seq})
		require.NoError(l, err)
		require.Len(l, got.Events, 1)

		list, err := l.Crashes(l.Context(), inspect.Crashes{})
		require.NoError(l, err)
		require.Len(l, list.Crashes, 1)
		require.Equal(l, crashed, list.Crashes[0].PID)
		require.Contains(l, list.Crashes[0].Reason, "no tea")
		require.Less(l, len(list.Crashes[0].Reason), 600)
		require.Equal(l, uint64(1), list.Total)
	})
}

func TestEvents_OfAFloodAreBoundedAndCounted(t *testing.T) {
	inLab(t, func(l *lab) {
		l.start(func(ctx *runtime.Context) {
			_, err := supervisor.StartLink(ctx, supervisor.Spec{Intensity: 5, Children: []supervisor.ChildSpec{
				{ID: "child", Start: supervisor.BodyOpt(runtime.SpawnOptions{Name: "till"}, idle)},
			}})
			require.NoError(l, err)
		})
		p, _ := l.rt.Whereis("till")
		require.NoError(l, l.rt.Exit(p, signal.Kill))
		for range 600 {
			l.spawn("", failing)
		}
		synctest.Wait()
		got, err := l.Events(l.Context(), inspect.Events{N: inspect.MaxRows})
		require.NoError(l, err)
		require.Len(l, got.Events, 501, "and the restart is not driven out by them")
		require.Equal(l, uint64(602-501), got.Lost)
		list, err := l.Crashes(l.Context(), inspect.Crashes{N: 200})
		require.NoError(l, err)
		require.Len(l, list.Crashes, 10, "those that were reported")
		require.Equal(l, uint64(600), list.Total)
	})
}

func TestFollowEvents_ShowsThemAsTheyHappen(t *testing.T) {
	inLab(t, func(l *lab) {
		ctx, cancel := context.WithCancel(l.Context())
		shown, done := make(chan inspect.Event, 10), make(chan error, 1)
		go func() {
			done <- l.FollowEvents(ctx, inspect.Events{}, func(list inspect.EventList) error {
				for _, e := range list.Events {
					shown <- e
				}
				return nil
			})
		}()
		pass(25 * time.Second) // longer than one question waits
		for _, name := range []string{"a", "b"} {
			l.spawn(name, failing)
			require.Equal(l, name, (<-shown).Name)
		}
		cancel()
		require.Error(l, <-done)
		require.Empty(l, shown)
	})
}
