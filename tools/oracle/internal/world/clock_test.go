package world_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/oracle/internal/canon"
	"github.com/starlang-go/starlang/tools/oracle/internal/scenario"
	"github.com/starlang-go/starlang/tools/oracle/internal/world"
)

// parse returns a scenario with the given steps.
func parse(t *testing.T, steps string) scenario.Scenario {
	t.Helper()
	s, err := scenario.Parse([]byte(`{"name":"n","steps":[` + steps + `]}`))
	require.NoError(t, err)
	return s
}

const oneTimer = `{"op":"spawn","p":"p1"},
	{"op":"send_after","by":"p1","to":"p1","ms":100,"msg":1,"timer":"t1"},
	{"op":"queue_len","p":"p1"},
	{"op":"cancel_timer","by":"p1","timer":"t1"}`

func TestWait_TimersFireInTheOrderInWhichTheyAreDue(t *testing.T) {
	s := parse(t, `{"op":"spawn","p":"p1"},
		{"op":"register","name":"n","p":"p1"},
		{"op":"send_after","by":"p1","to":"p1","ms":300,"msg":"c","timer":"t1"},
		{"op":"send_after","by":"p1","to_name":"n","ms":200,"msg":"b","timer":"t2"},
		{"op":"send_after","by":"p1","to_name":"m","ms":150,"msg":"nobody","timer":"t3"},
		{"op":"send_after","by":"p1","to":"p1","ms":100,"msg":"a","timer":"t4"},
		{"op":"wait","ms":250},
		{"op":"cancel_timer","by":"p1","timer":"t2"},
		{"op":"cancel_timer","by":"p1","timer":"t1"},
		{"op":"wait","ms":1000}`)
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		result, err := world.Run(s, world.OneNode)
		require.NoError(t, err)
		require.Equal(t, 1250*time.Millisecond, time.Since(start))
		require.Equal(t, `{"final":{"alive":["p1"],"dead":{},"links":{"p1":[]},`+
			`"mailboxes":{"p1":[{"user":"a"},{"user":"b"}]},"registered":{"n":"p1"}},"name":"n",`+
			`"steps":["ok","ok","ok","ok","ok","ok","ok",false,true,"ok"]}`, canon.String(result))
	})
}

func TestWait_RunIsVoidOnceATimerMayHaveFiredEarly(t *testing.T) {
	s := parse(t, oneTimer)
	synctest.Test(t, func(t *testing.T) {
		err := world.Watch(s, world.OneNodeWorld, func(step int, _ func() string) {
			if step == 2 { // the machine is busy with something else
				<-time.After(100 * time.Millisecond)
			}
		})
		require.ErrorIs(t, err, world.ErrVoid)
		require.ErrorContains(t, err, "step 3: ")
		require.ErrorContains(t, err, "timer t1 may have fired before its turn")
	})
}

func TestWait_ACancelledTimerMakesNoRunVoid(t *testing.T) {
	s := parse(t, oneTimer+`,{"op":"alive","p":"p1"}`)
	synctest.Test(t, func(t *testing.T) {
		require.NoError(t, world.Watch(s, world.OneNodeWorld, func(step int, _ func() string) {
			if step == 4 {
				<-time.After(time.Second)
			}
		}))
	})
}

func TestRun_TimersThatAreDueTogetherAreAnError(t *testing.T) {
	s := parse(t, `{"op":"spawn","p":"p1"},
		{"op":"send_after","by":"p1","to":"p1","ms":50,"msg":1,"timer":"t1"},
		{"op":"send_after","by":"p1","to":"p1","ms":50,"msg":2,"timer":"t2"},
		{"op":"wait","ms":100}`)
	synctest.Test(t, func(t *testing.T) {
		_, err := world.Run(s, world.OneNode)
		require.ErrorIs(t, err, world.ErrVoid)
		require.ErrorContains(t, err, "256 times slower")
	})
}

func TestRun_VoidRunsAreRepeatedWithASlowerClock(t *testing.T) {
	var tried []int
	result, err := world.UntilInTime(func(slower int) (map[string]any, error) {
		tried = append(tried, slower)
		if slower < 16 {
			return nil, world.ErrVoid
		}
		return map[string]any{"name": "n"}, nil
	})
	require.NoError(t, err)
	require.Equal(t, map[string]any{"name": "n"}, result)
	require.Equal(t, []int{1, 4, 16}, tried)
}

func TestRun_OtherErrorsAreFinal(t *testing.T) {
	other := errors.New("other")
	tried := 0
	_, err := world.UntilInTime(func(int) (map[string]any, error) {
		tried++
		return nil, other
	})
	require.ErrorIs(t, err, other)
	require.Equal(t, 1, tried)
}
