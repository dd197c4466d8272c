package supervisor_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// OTP, supervisor:check_childspecs/2.
func TestCheck_NamesChildAndField(t *testing.T) {
	type spec = supervisor.Spec
	type child = supervisor.ChildSpec
	start := func(context.Context, int) (pid.PID, error) { return pid.PID{}, nil }
	with := func(c child) spec { return spec{Name: "top", Children: []child{{ID: "a", Start: ignore}, c}} }
	for want, s := range map[string]spec{
		`supervisor: Strategy: there is no strategy 9`:                      {Strategy: 9},
		`supervisor "top": Intensity: -2 is negative`:                       {Name: "top", Intensity: -2},
		`supervisor: Period: -1s is negative`:                               {Period: -time.Second},
		`supervisor: AutoShutdown: there is no 3`:                           {AutoShutdown: 3},
		`supervisor: Children: a dynamic supervisor has none to begin with`: {Strategy: supervisor.Dynamic, Children: []child{{}}},
		`supervisor: Template: the strategy is one_for_one, not dynamic`:    {Template: supervisor.NewTemplate(child{}, start)},
		`supervisor: MaxChildren: the strategy is one_for_one, not dynamic`: {MaxChildren: 1},
		`supervisor: MaxChildren: -1 is negative`:                           {Strategy: supervisor.Dynamic, MaxChildren: -1},
		`supervisor: StartTimeout: -1s is negative`:                         {StartTimeout: -time.Second},
		`supervisor: Backoff: Max 1s is less than Initial 2s`:               {Backoff: supervisor.Backoff{Initial: 2 * time.Second, Max: time.Second}},
		`supervisor: Backoff: Factor 0.5 is less than 1`:                    {Backoff: supervisor.Backoff{Factor: 0.5}},
		`supervisor: Backoff: Jitter 2 is not from 0 to 1`:                  {Backoff: supervisor.Backoff{Jitter: 2}},
		`supervisor: Backoff: a time is negative`:                           {Backoff: supervisor.Backoff{Initial: -1}},
		`supervisor "top": child "#1": ID: is missing`:                      with(child{Start: ignore}),
		`supervisor "top": child "b": Start: is missing`:                    with(child{ID: "b"}),
		`supervisor "top": child "a": ID: another child has the same`:       with(child{ID: "a", Start: ignore}),
		`supervisor "top": child "b": Restart: there is no restart type 7`:  with(child{ID: "b", Start: ignore, Restart: 7}),
		`supervisor "top": child "b": Shutdown: -2ns is negative`:           with(child{ID: "b", Start: ignore, Shutdown: -2}),
		`supervisor "top": child "b": Type: there is no type 2`:             with(child{ID: "b", Start: ignore, Type: 2}),
		`supervisor "top": child "b": Significant: the supervisor's AutoShutdown is never`: with(
			child{ID: "b", Start: ignore, Significant: true, Restart: supervisor.Transient}),
		`supervisor: child "b": Significant: the child is permanent`: {
			AutoShutdown: supervisor.AnySignificant, Children: []child{{ID: "b", Start: ignore, Significant: true}}},
		`supervisor: child "template": ID: is missing`: {
			Strategy: supervisor.Dynamic, Template: supervisor.NewTemplate(child{}, start)},
		`supervisor: child "b": Start: a template's start function is given to NewTemplate, and only there`: {
			Strategy: supervisor.Dynamic, Template: supervisor.NewTemplate(child{ID: "b", Start: ignore}, start)},
	} {
		t.Run(want, func(t *testing.T) {
			require.EqualError(t, s.Check(), want)
			within(t, func(w *world) {
				_, err := supervisor.StartLink(w.ctx, s)
				require.Equal(t, s.Check(), err)
				_, err = supervisor.Start(context.Background(), w.rt, s)
				require.Equal(t, s.Check(), err)
			})
		})
	}
	require.NoError(t, spec{}.Check())
}

func TestStartChild_ChecksTheSpec(t *testing.T) {
	within(t, func(w *world) {
		sup := w.start(supervisor.Spec{Name: "top"})
		_, err := supervisor.StartChild(w.ctx, sup, supervisor.ChildSpec{ID: "b"})
		var failed *supervisor.SpecError
		require.ErrorAs(t, err, &failed)
		require.Equal(t, &supervisor.SpecError{Child: "b", Field: "Start", Problem: "is missing"}, failed)
		_, err = supervisor.StartChild(w.ctx, sup, supervisor.ChildSpec{
			ID: "b", Start: ignore, Significant: true, Restart: supervisor.Temporary,
		})
		require.EqualError(t, err, `supervisor "top": child "b": Significant: the supervisor's AutoShutdown is never`)
		w.stop(sup)
	})
}
