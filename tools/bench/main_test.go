package main_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	bench "github.com/starlang-go/starlang/tools/bench"
	"github.com/starlang-go/starlang/tools/bench/internal/suite"
)

func TestRun_RefusesBadFlags(t *testing.T) {
	for flags, complaint := range map[string]string{
		"-workloads pingpong,pongping": `no workload "pongping", there are pingpong,`,
		"-systems erlang":              `no system "erlang", there are go,`,
		"-passes 0":                    "must be positive",
		"-scale -1":                    "must be positive",
		"-nonsense":                    "not defined",
		"now":                          `unexpected argument "now"`,
		"-against HEAD -systems go":    "go with none of",
		"-against HEAD -markdown":      "go with none of",
		"-check -record":               "only one of -against, -check and -record",
		"-against no-such-commit":      `there is no commit "no-such-commit"`,
	} {
		err := bench.Run(t.Context(), strings.Fields(flags), io.Discard, io.Discard)
		require.ErrorContains(t, err, complaint, flags)
	}
}

// TestRun_EveryWorkloadVerifiesItself builds the two systems that need no peer
// and runs all of their workloads with a few operations each.
func TestRun_EveryWorkloadVerifiesItself(t *testing.T) {
	var stdout, stderr bytes.Buffer
	args := strings.Fields("-systems go,starlang -passes 1 -scale 0.0002 -json")
	require.NoError(t, bench.Run(t.Context(), args, &stdout, &stderr), stderr.String())

	got := map[string]map[string]bool{}
	for line := range strings.Lines(stdout.String()) {
		var sample suite.Sample
		require.NoError(t, json.Unmarshal([]byte(line), &sample))
		require.Positive(t, sample.N)
		if sample.Workload != "idle" { // so few processes may weigh nothing
			require.Positive(t, sample.Value, line)
		}
		if got[sample.System] == nil {
			got[sample.System] = map[string]bool{}
		}
		got[sample.System][sample.Workload] = true
	}
	for _, workload := range suite.Workloads {
		for _, system := range []string{suite.PlainGo, suite.Starlang} {
			if system == suite.PlainGo && slices.Contains([]string{"select", "largelat", "churn"}, workload.Name) {
				continue // there is nothing that would be written by hand for it
			}
			require.True(t, got[system][workload.Name], "%s has no %s", system, workload.Name)
		}
	}
	require.Contains(t, stderr.String(), "pingpong go")
}

func TestRun_ReportsOnEarlierRuns(t *testing.T) {
	dir := t.TempDir()
	lines := filepath.Join(dir, "runs.jsonl")
	require.NoError(t, os.WriteFile(lines, []byte(
		`{"system":"go","workload":"pingpong","unit":"ns","value":300,"n":1000}`+"\n"+
			`{"system":"starlang","workload":"pingpong","unit":"ns","value":330,"n":1000}`+"\n"), 0o600))
	picture := filepath.Join(dir, "chart.svg")

	var stdout bytes.Buffer
	args := []string{"-from", lines, "-workloads", "pingpong", "-svg", picture}
	require.NoError(t, bench.Run(t.Context(), args, &stdout, io.Discard))
	require.Contains(t, stdout.String(), "1.10×")
	require.NotContains(t, stdout.String(), "ergo", "nobody measured it")
	drawn, err := os.ReadFile(picture)
	require.NoError(t, err)
	require.Contains(t, string(drawn), "1.10×")
}

// TestReadme_ShowsTheResults compares the front page's table and chart with what the
// runs give that are kept.
func TestReadme_ShowsTheResults(t *testing.T) {
	kept, err := filepath.Glob("results/*.jsonl")
	require.NoError(t, err)
	require.Len(t, kept, 1)
	picture := filepath.Join(t.TempDir(), "chart.svg")
	var table bytes.Buffer
	require.NoError(t, bench.Run(t.Context(), []string{"-from", kept[0], "-markdown", "-svg", picture}, &table, io.Discard))

	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	require.Contains(t, string(readme), table.String())
	drawn, err := os.ReadFile(picture)
	require.NoError(t, err)
	shown, err := os.ReadFile(strings.TrimSuffix(kept[0], ".jsonl") + ".svg")
	require.NoError(t, err)
	require.Equal(t, string(drawn), string(shown))
}
