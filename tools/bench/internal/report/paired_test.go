package report_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/bench/internal/report"
	"github.com/starlang-go/starlang/tools/bench/internal/suite"
)

func run(system, workload string, pass int, value, allocs, bytes float64) suite.Sample {
	return suite.Sample{System: system, Workload: workload, Pass: pass, N: 1000, Value: value, Allocs: &allocs, AllocBytes: &bytes}
}

// pairs has a workload that all pairs agree on, one that they do not, and some
// without pairs.
func pairs(t *testing.T) report.Paired {
	out := suite.Outcome{
		Has: map[string][]string{
			"before": {"pingpong", "send1", "spawn", "ring"},
			"now":    {"pingpong", "send1", "spawn", "ring", "skynet"},
		},
		Failed: map[suite.Cell]error{{System: "now", Workload: "spawn"}: errors.New("it took too long\nindeed")},
	}
	for pass := 1; pass <= 5; pass++ {
		drift := float64(pass * 100) // the machine gets slower
		ring := drift
		if pass == 3 {
			ring *= 2
		}
		old := run("before", "pingpong", pass, drift, 2, 100)
		old.AllocBytes = nil // an older program does not count them
		out.Samples = append(out.Samples,
			old, run("now", "pingpong", pass, drift/2, 3, 100),
			run("before", "send1", pass, 10/drift, 1, 100), run("now", "send1", pass, 5/drift, 1, 50),
			run("before", "ring", pass, drift, 0, 0), run("now", "ring", pass, ring*0.9, 0, 0))
	}
	// A run whose partner failed pairs with none.
	out.Samples = append(out.Samples, run("before", "ring", 6, 1, 0, 0), run("before", "spawn", 1, 1, 0, 0))
	return report.Pair(named(t, "pingpong", "send1", "spawn", "skynet", "ring"), "before", "now", out)
}

func TestPair_DividesWithinEachPass(t *testing.T) {
	got := pairs(t).Workloads
	require.Equal(t, report.Spread{Median: 0.5, Min: 0.5, Max: 0.5, Runs: 5}, got[0].Cost)
	require.Equal(t, report.Spread{Median: 1.5, Min: 1.5, Max: 1.5, Runs: 5}, got[0].Allocs)
	require.Zero(t, got[0].Bytes.Runs)
	require.InDelta(t, 2, got[1].Cost.Median, 1e-9, "half the rate is twice the time")
	require.InDelta(t, 0.5, got[1].Bytes.Median, 1e-9)
	require.Equal(t, "now failed: it took too long", got[2].Note)
	require.Equal(t, "before has no such workload", got[3].Note)
	require.Equal(t, 5, got[4].Cost.Runs)
	require.InDelta(t, 0.9, got[4].Cost.Median, 1e-9)
	require.InDelta(t, 1.8, got[4].Cost.Max, 1e-9)
}

func TestPaired_MatchesTheRecordedTable(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, pairs(t).Write(&out))
	golden(t, "paired.txt", out.Bytes())
}
