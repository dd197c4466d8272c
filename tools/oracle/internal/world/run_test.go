package world_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/oracle/internal/scenario"
	"github.com/starlang-go/starlang/tools/oracle/internal/world"
)

func TestRun_WhatAScenarioMayNotDo(t *testing.T) {
	for steps, want := range map[string]string{
		`{"op":"spawn","p":"p1"},{"op":"spawn","p":"p1"}`: `step 2: {"op":"spawn","p":"p1"}: p1 was spawned before`,
		`{"op":"spawn","p":"p1"},{"op":"spawn","p":"p2","monitored_by":"p1","ref":"r1"},
			{"op":"monitor","by":"p1","to":"p2","ref":"r1"}`: `step 3: {"by":"p1","op":"monitor","ref":"r1","to":"p2"}: ` +
			`monitor: the label r1 was used before`,
		`{"op":"spawn","p":"p1"},{"op":"send_after","by":"p1","to":"p1","ms":60000,"msg":1,"timer":"t1"},
			{"op":"send_after","by":"p1","to":"p1","ms":60000,"msg":1,"timer":"t1"}`: `step 3: ` +
			`{"by":"p1","ms":60000,"msg":1,"op":"send_after","timer":"t1","to":"p1"}: send_after: the label t1 was used before`,
	} {
		_, err := world.Run(parse(t, steps), world.OneNode)
		require.EqualError(t, err, want)
	}
}

func TestRun_AProcessThatWasNotSpawnedMayBeSpawnedLater(t *testing.T) {
	result, err := world.Run(parse(t, `{"op":"spawn","p":"p1"},
		{"op":"stop","p":"p1","reason":"normal"},
		{"op":"spawn","p":"p2","link_to":"p1"},
		{"op":"alive","p":"p2"},
		{"op":"spawn","p":"p2"},
		{"op":"alive","p":"p2"}`), world.OneNode)
	require.NoError(t, err)
	require.Equal(t, []any{"ok", "ok", "dead", "unborn", "ok", true}, result["steps"])
}

func TestRun_IntegersOfAnySizeAndAnyText(t *testing.T) {
	result, err := world.Run(parse(t, `{"op":"spawn","p":"p1"},
		{"op":"send","by":"p1","to":"p1","msg":123456789012345678901234567890},
		{"op":"send","by":"p1","to":"p1","msg":"1"},
		{"op":"send","by":"p1","to":"p1","msg":1},
		{"op":"recv_match","p":"p1","msg":1},
		{"op":"queue_len","p":"p1"}`), world.OneNode)
	require.NoError(t, err)
	final := fmt.Sprint(result["final"].(map[string]any)["mailboxes"])
	require.Equal(t, "map[p1:[map[user:123456789012345678901234567890] map[user:1]]]", final)
}

func TestAll_KeepsTheOrder(t *testing.T) {
	list := make([]scenario.Scenario, 100)
	for i := range list {
		list[i] = parse(t, `{"op":"spawn","p":"p1"}`)
		list[i].Name = fmt.Sprint(i)
	}
	i := 0
	for o := range world.All(list, world.OneNode) {
		require.NoError(t, o.Err)
		require.Equal(t, fmt.Sprint(i), o.Result["name"])
		i++
	}
	require.Equal(t, len(list), i)
}

func TestAll_BeginsNoMoreOnceNobodyAsks(t *testing.T) {
	list := scenarios(t, "random-1000", 1000)
	for range world.All(list, world.OneNode) {
		break // goleak sees to it that nothing goes on
	}
}

func TestAll_GoesOnAfterAnError(t *testing.T) {
	bad := parse(t, `{"op":"spawn","p":"p1"},{"op":"spawn","p":"p1"}`)
	good := parse(t, `{"op":"spawn","p":"p1"}`)
	var errs []bool
	for o := range world.All([]scenario.Scenario{good, bad, good}, world.OneNode) {
		errs = append(errs, o.Err != nil)
	}
	require.Equal(t, []bool{false, true, false}, errs)
}
