package inspect_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/inspect"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

func TestAlarm_OfASupervisorThatIsNearItsEnd(t *testing.T) {
	inLab(t, func(l *lab) {
		l.start(func(ctx *runtime.Context) {
			_, err := supervisor.StartLink(ctx, supervisor.Spec{Name: "sup", Intensity: 5, Period: 20 * time.Second, Children: []supervisor.ChildSpec{
				{ID: "child", Start: supervisor.BodyOpt(runtime.SpawnOptions{Name: "till"}, idle)},
			}})
			require.NoError(l, err)
		})
		sup, _ := l.rt.Whereis("sup")
		for restarts := 1; restarts <= 4; restarts++ {
			p, _ := l.rt.Whereis("till")
			require.NoError(l, l.rt.Exit(p, signal.Kill))
			pass(time.Second)
			got, err := l.Alarms(l.Context(), inspect.Alarms{})
			require.NoError(l, err)
			require.Empty(l, got.Active)
		}
		got, err := l.Alarms(l.Context(), inspect.Alarms{Wait: 10 * time.Second})
		require.NoError(l, err)
		require.Len(l, got.Active, 1)
		require.Equal(l, inspect.AlarmRestarts, got.Active[0].Kind)
		require.Equal(l, sup.String(), got.Active[0].Subject)
		require.InDelta(l, 0.8, got.Active[0].Value, 0.01)
		pass(30 * time.Second) // more than the restarts count
		got, err = l.Alarms(l.Context(), inspect.Alarms{})
		require.NoError(l, err)
		require.Empty(l, got.Active)
	})
}

func TestAlarms_BeginAndEndWithHysteresis(t *testing.T) {
	inLab(t, func(l *lab) {
		take := make(chan int)
		p := l.spawn("slow", func(ctx *runtime.Context) error {
			for n := range take {
				for range n {
					if _, err := ctx.Recv(); err != nil {
						return err
					}
				}
			}
			return nil
		})
		defer close(take)
		l.fill(p, 6000)
		changed, err := l.Alarms(l.Context(), inspect.Alarms{Wait: 6 * time.Second})
		require.NoError(l, err)
		require.Len(l, changed.Active, 1)
		require.Equal(l, inspect.AlarmMailbox, changed.Active[0].Kind)
		require.Equal(l, "slow", changed.Active[0].Name)
		take <- 5000 // 1000 are left: neither begins nor ends it
		pass(12 * time.Second)
		got, err := l.Alarms(l.Context(), inspect.Alarms{})
		require.NoError(l, err)
		require.Contains(l, kinds(got), inspect.AlarmMailbox)
		require.Contains(l, kinds(got), inspect.AlarmStalled, "it has mail and receives nothing")
		take <- 1000
		pass(6 * time.Second)
		got, err = l.Alarms(l.Context(), inspect.Alarms{After: changed.Changes[0].Seq})
		require.NoError(l, err)
		require.Empty(l, got.Active)
		require.False(l, got.Changes[len(got.Changes)-1].On)
	})
}

func kinds(l inspect.AlarmList) (all []inspect.AlarmKind) {
	for _, a := range l.Active {
		all = append(all, a.Kind)
	}
	return all
}
