package cli_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/oracle/internal/cli"
)

func TestCheck_EqualResultsExitWithZero(t *testing.T) {
	reordered := `{"name": "lonely", "steps": ["ok", "empty"], "final": {"registered": {}, "dead": {},` +
		`"alive": ["p1"], "links": {"p1": []}, "mailboxes": {"p1": []}}}` + "\n"
	inDir(t, map[string]string{"s.jsonl": lonely + crashed, "e.jsonl": reordered + crashedResult})
	status, stdout, stderr := oracle("check", "s.jsonl", "e.jsonl")
	require.Equal(t, cli.OK, status)
	require.Equal(t, "s.jsonl: 2 scenarios, 0 differences\n", stdout)
	require.Empty(t, stderr)
}

func TestCheck_Repeats(t *testing.T) {
	inDir(t, map[string]string{"s.jsonl": lonely, "e.jsonl": lonelyResult})
	status, stdout, _ := oracle("check", "-repeat", "3", "s.jsonl", "e.jsonl")
	require.Equal(t, cli.OK, status)
	require.Equal(t, "s.jsonl: 1 scenarios run 3 times, 0 differences\n", stdout)
}

func TestCheck_OverTwoNodesCountsWhatCannotBeSpread(t *testing.T) {
	named := `{"name":"named","steps":[{"op":"whereis","name":"n"}]}` + "\n"
	inDir(t, map[string]string{"s.jsonl": named + crashed, "e.jsonl": lonelyResult + crashedResult})
	status, stdout, stderr := oracle("check", "-nodes", "2", "-repeat", "2", "s.jsonl", "e.jsonl")
	require.Equal(t, cli.OK, status)
	require.Equal(t, "s.jsonl: 2 scenarios run 2 times, 1 skipped, 0 differences\n", stdout)
	require.Empty(t, stderr)
}

func TestCheck_ShowsTheFirstDifferenceOfEachScenario(t *testing.T) {
	wrongStep := strings.Replace(lonelyResult, `"empty"`, `{"user":1}`, 1)
	wrongFinal := strings.NewReplacer(`"from":"p1"`, `"from":"p7"`, `"registered":{}`, `"registered":{"n":"p2"}`).Replace(crashedResult)
	inDir(t, map[string]string{"s.jsonl": lonely + crashed, "e.jsonl": wrongStep + wrongFinal})
	status, stdout, stderr := oracle("check", "s.jsonl", "e.jsonl")
	require.Equal(t, cli.Failed, status)
	require.Empty(t, stderr)
	require.Equal(t, `s.jsonl:1: scenario "lonely": step 2: {"op":"recv","p":"p1"}
  expected                                       | got
  {"user":1}                                     | "empty"

s.jsonl:2: scenario "crashed": final: mailboxes of p2
  expected                                       | got
  [{"exit":{"from":"p7","reason":{"error":"boom" | [{"exit":{"from":"p1","reason":{"error":"boom"
  }}}]                                           | }}}]

s.jsonl: 2 scenarios, 2 differences
`, stdout)
}

func TestCheck_WhatOneOfTheTwoHasNot(t *testing.T) {
	short := strings.Replace(lonelyResult, `,"empty"`, "", 1)
	more := strings.Replace(crashedResult, `"registered":{}`, `"registered":{"n":"p2"}`, 1)
	inDir(t, map[string]string{"s.jsonl": lonely + crashed, "e.jsonl": short + more})
	_, stdout, _ := oracle("check", "s.jsonl", "e.jsonl")
	require.Contains(t, stdout, `step 2: {"op":"recv","p":"p1"}
  expected                                       | got
  (nothing)                                      | "empty"
`)
	require.Contains(t, stdout, `final: registered of n
  expected                                       | got
  "p2"                                           | (nothing)
`)
}

func TestCheck_AScenarioThatCannotBeCarriedOutIsADifference(t *testing.T) {
	twice := `{"name":"twice","steps":[{"op":"spawn","p":"p1"},{"op":"spawn","p":"p1"}]}` + "\n"
	inDir(t, map[string]string{"s.jsonl": twice + lonely, "e.jsonl": lonelyResult + lonelyResult})
	status, stdout, _ := oracle("check", "s.jsonl", "e.jsonl")
	require.Equal(t, cli.Failed, status)
	require.Equal(t, `s.jsonl:1: scenario "twice": step 2: {"op":"spawn","p":"p1"}: p1 was spawned before
s.jsonl: 2 scenarios, 1 differences
`, stdout)
}

func TestCheck_ResultsOfAnotherScenario(t *testing.T) {
	inDir(t, map[string]string{"s.jsonl": lonely, "e.jsonl": crashedResult})
	status, stdout, _ := oracle("check", "s.jsonl", "e.jsonl")
	require.Equal(t, cli.Failed, status)
	require.Contains(t, stdout, `"crashed"                                      | "lonely"`)
}

func TestCheck_FilesThatAreNoneOrDoNotBelongTogether(t *testing.T) {
	inDir(t, map[string]string{
		"s.jsonl": lonely, "two.jsonl": lonelyResult + lonelyResult, "bad.jsonl": lonelyResult + "\n{]\n", "list.jsonl": "[]\n",
	})
	for expected, want := range map[string]string{
		"two.jsonl":  "oracle check: s.jsonl has 1 scenarios, two.jsonl has 2 results\n",
		"bad.jsonl":  "oracle check: bad.jsonl:3: not JSON: ",
		"list.jsonl": `oracle check: list.jsonl:1: a result is an object with "name", a list of "steps" and an object "final"`,
		"s.jsonl":    `oracle check: s.jsonl:1: a result is an object with "name"`,
		"none.jsonl": "oracle check: open none.jsonl: ",
	} {
		status, stdout, stderr := oracle("check", "s.jsonl", expected)
		require.Equal(t, cli.Failed, status)
		require.Empty(t, stdout)
		require.Contains(t, stderr, want)
	}
}
