package cli_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/oracle/internal/cli"
)

const (
	lonely  = `{"name":"lonely","about":"One process","steps":[{"op":"spawn","p":"p1"},{"op":"recv","p":"p1"}]}` + "\n"
	crashed = `{"name":"crashed","about":"A crash","steps":[{"op":"spawn","p":"p1"},{"op":"spawn","p":"p2","trap":true,"link_to":"p1"},` +
		`{"op":"stop","p":"p1","reason":{"error":"boom"}}]}` + "\n"

	lonelyResult = `{"final":{"alive":["p1"],"dead":{},"links":{"p1":[]},"mailboxes":{"p1":[]},"registered":{}},` +
		`"name":"lonely","steps":["ok","empty"]}` + "\n"
	crashedResult = `{"final":{"alive":["p2"],"dead":{"p1":{"error":"boom"}},"links":{"p2":[]},` +
		`"mailboxes":{"p2":[{"exit":{"from":"p1","reason":{"error":"boom"}}}]},"registered":{}},` +
		`"name":"crashed","steps":["ok","ok","ok"]}` + "\n"
)

func TestRun_PrintsAResultForEachScenarioInOrder(t *testing.T) {
	inDir(t, map[string]string{"s.jsonl": lonely + "\n" + crashed})
	status, stdout, stderr := oracle("run", "s.jsonl")
	require.Equal(t, cli.OK, status)
	require.Equal(t, lonelyResult+crashedResult, stdout)
	require.Empty(t, stderr)
}

func TestRun_AMalformedFileIsRefusedBeforeAnythingRuns(t *testing.T) {
	inDir(t, map[string]string{"s.jsonl": lonely + `{"name":"x","steps":[{"op":"link","by":"p1"}]}`})
	status, stdout, stderr := oracle("run", "s.jsonl")
	require.Equal(t, cli.Failed, status)
	require.Empty(t, stdout)
	require.Equal(t, `oracle run: s.jsonl:2: scenario "x": step 1: link: "to" is missing`+"\n", stderr)
}

func TestRun_StopsAtWhatCannotBeCarriedOut(t *testing.T) {
	inDir(t, map[string]string{"s.jsonl": lonely + `{"name":"x","steps":[{"op":"spawn","p":"p1"},{"op":"spawn","p":"p1"}]}`})
	status, stdout, stderr := oracle("run", "s.jsonl")
	require.Equal(t, cli.Failed, status)
	require.Equal(t, lonelyResult, stdout)
	require.Equal(t, `oracle run: s.jsonl:2: scenario "x": step 2: {"op":"spawn","p":"p1"}: p1 was spawned before`+"\n", stderr)
}

func TestRun_OverTwoNodesSaysWhichScenarioCannotBeSpread(t *testing.T) {
	named := `{"name":"named","steps":[{"op":"whereis","name":"n"}]}` + "\n"
	inDir(t, map[string]string{"s.jsonl": lonely + named + crashed})
	status, stdout, stderr := oracle("run", "-nodes", "2", "s.jsonl")
	require.Equal(t, cli.OK, status)
	require.Equal(t, lonelyResult+
		`{"name":"named","skipped":"it uses registered names, and each node has names of its own"}`+"\n"+
		crashedResult, stdout)
	require.Empty(t, stderr)
}

func TestRun_MissingFile(t *testing.T) {
	inDir(t, nil)
	status, _, stderr := oracle("run", "none.jsonl")
	require.Equal(t, cli.Failed, status)
	require.Contains(t, stderr, "oracle run: open none.jsonl: ")
}

func TestRun_CommandLinesThatAreNotUnderstood(t *testing.T) {
	for _, args := range [][]string{
		{}, {"rnu"}, {"run"}, {"run", "a", "b"}, {"run", "-fast", "a"},
		{"run", "-nodes", "0", "a"}, {"run", "-nodes", "3", "a"}, {"check", "-nodes", "two", "a", "b"},
		{"check", "a"}, {"check", "a", "b", "c"}, {"check", "-repeat", "x", "a", "b"}, {"check", "-repeat", "0", "a", "b"},
	} {
		status, stdout, stderr := oracle(args...)
		require.Equal(t, cli.Usage, status, args)
		require.Empty(t, stdout)
		require.NotEmpty(t, stderr)
	}
}

func TestHelp_IsNoError(t *testing.T) {
	status, stdout, _ := oracle("help")
	require.Equal(t, cli.OK, status)
	require.Contains(t, stdout, "usage: go run ./tools/oracle COMMAND")
}

func TestLive_RefusesWhatItDoesNotUnderstand(t *testing.T) {
	for _, args := range [][]string{{"live", "-count", "0"}, {"live", "x"}, {"live", "-what"}} {
		status, stdout, stderr := oracle(args...)
		require.Equal(t, cli.Usage, status)
		require.Empty(t, stdout)
		require.Contains(t, stderr, "live [-count N]")
	}
}
