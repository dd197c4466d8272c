package world_test

import (
	"iter"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/oracle/internal/canon"
	"github.com/starlang-go/starlang/tools/oracle/internal/scenario"
	"github.com/starlang-go/starlang/tools/oracle/internal/world"
)

func TestPlaces_ProcessesTakeTurns(t *testing.T) {
	s := parse(t, `{"op":"spawn","p":"p3"},{"op":"spawn","p":"p1","link_to":"p3"},{"op":"stop","p":"p3","reason":"normal"},
		{"op":"spawn","p":"p2"}`)
	require.Equal(t, map[string]int{"p3": 0, "p1": 1, "p2": 2}, world.Places(s))
}

func TestPlaces_WhoHasToDoWithATimerIsInOnePlace(t *testing.T) {
	spawns := `{"op":"spawn","p":"p1"},{"op":"spawn","p":"p2"},{"op":"spawn","p":"p3"},{"op":"spawn","p":"p4"},`
	s := parse(t, spawns+`{"op":"send_after","by":"p1","to":"p2","ms":100,"msg":1,"timer":"t1"},
		{"op":"send_after","by":"p4","to":"p4","ms":100,"msg":1,"timer":"t2"},
		{"op":"cancel_timer","by":"p3","timer":"t1"}`)
	at := world.Places(s)
	require.Equal(t, at["p1"], at["p2"])
	require.Equal(t, at["p1"], at["p3"])
	require.NotEqual(t, at["p1"], at["p4"])
}

func TestPlaces_WhoIsLinkedAndMonitoredAtBirthIsWhereItsSpawnerIs(t *testing.T) {
	s := parse(t, `{"op":"spawn","p":"p1"},{"op":"spawn","p":"p2","link_to":"p1","monitored_by":"p1","ref":"r1"},
		{"op":"spawn","p":"p3","link_to":"p1"}`)
	require.Equal(t, map[string]int{"p1": 0, "p2": 0, "p3": 1}, world.Places(s))
}

func TestPlaces_TimersThatAreNeverMadeMoveNobody(t *testing.T) {
	s := parse(t, `{"op":"spawn","p":"p1"},{"op":"spawn","p":"p2"},
		{"op":"cancel_timer","by":"p2","timer":"t1"},
		{"op":"send_after","by":"p2","to":"p7","ms":100,"msg":1,"timer":"t2"}`)
	require.Equal(t, map[string]int{"p1": 0, "p2": 1}, world.Places(s))
}

func TestRun_NamesCannotBeSpread(t *testing.T) {
	for _, step := range []string{
		`{"op":"whereis","name":"n"}`,
		`{"op":"register","name":"n","p":"p1"}`,
		`{"op":"send","by":"p1","to_name":"n","msg":1}`,
		`{"op":"seq","by":"p1","do":[{"op":"unregister","name":"n"}]}`,
	} {
		s := parse(t, `{"op":"spawn","p":"p1"},`+step)
		result, err := world.Run(s, world.TwoNodes)
		require.NoError(t, err)
		require.Equal(t, `{"name":"n","skipped":"it uses registered names, and each node has names of its own"}`,
			canon.String(result))
		result, err = world.Run(s, world.OneNode)
		require.NoError(t, err)
		require.NotContains(t, result, "skipped")
	}
}

// Each kind of birth, and then a relation or a message that crosses nodes.
func TestRun_TwoNodesGiveTheResultsOfOne(t *testing.T) {
	s := parse(t, `{"op":"spawn","p":"p1"},
		{"op":"spawn","p":"p2","link_to":"p1","trap":true},
		{"op":"spawn","p":"p3","monitored_by":"p2","ref":"r1"},
		{"op":"spawn","p":"p4","link_to":"p3","monitored_by":"p3","ref":"r2"},
		{"op":"send","by":"p1","to":"p2","msg":123456789012345678901234567890},
		{"op":"send","by":"p4","to":"p1","msg":"ü"},
		{"op":"monitored_by","p":"p4"},
		{"op":"links","p":"p1"},
		{"op":"exit","by":"p2","to":"p4","reason":{"error":"e"}},
		{"op":"stop","p":"p1","reason":{"shutdown":"s"}},
		{"op":"recv","p":"p2"}`)
	one, err := world.Run(s, world.OneNode)
	require.NoError(t, err)
	two, err := world.Run(s, world.TwoNodes)
	require.NoError(t, err)
	require.Equal(t, canon.String(one), canon.String(two))
}

// In random-1000 few scenarios use no names. So here are all of them without the steps
// and acts that do. What is left depends on no race, but may link with a dead process,
// which is another matter over two nodes.
func TestRun_TwoNodesGiveTheResultsOfOneAtRandom(t *testing.T) {
	all := scenarios(t, "random-1000", 400)
	for i := range all {
		all[i].Steps = withoutNames(all[i].Steps)
		require.Empty(t, world.Unspreadable(all[i]))
	}
	one, stop := iter.Pull(world.All(all, world.OneNode))
	defer stop()
	compared := 0
	for two := range world.All(all, world.TwoNodes) {
		want, _ := one()
		require.NoError(t, want.Err)
		require.NoError(t, two.Err)
		if text := canon.String(want.Result); !strings.Contains(text, `,"noproc"`) {
			require.Equal(t, text, canon.String(two.Result))
			compared++
		}
	}
	require.Greater(t, compared, 350)
}

func withoutNames(steps []scenario.Step) (rest []scenario.Step) {
	for _, s := range steps {
		if s.Name == "" && s.ToName == "" {
			s.Do = withoutNames(s.Do)
			rest = append(rest, s)
		}
	}
	return rest
}

// It travels in fragments and is decoded aside of the stream.
func TestRun_AMessageThatTravelsInFragmentsHasArrivedWhenSettled(t *testing.T) {
	s := parse(t, `{"op":"spawn","p":"p1"},{"op":"spawn","p":"p2"},
		{"op":"send","by":"p1","to":"p2","msg":"`+strings.Repeat("x", 1<<20)+`"},
		{"op":"queue_len","p":"p2"}`)
	result, err := world.Run(s, world.TwoNodes)
	require.NoError(t, err)
	require.Equal(t, []any{"ok", "ok", "ok", 1}, result["steps"])
}
