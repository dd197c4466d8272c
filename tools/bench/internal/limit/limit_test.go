package limit_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/bench/internal/limit"
	"github.com/starlang-go/starlang/tools/bench/internal/suite"
)

func sample(workload string, allocs, bytes float64) suite.Sample {
	return suite.Sample{Workload: workload, N: 1000, Allocs: &allocs, AllocBytes: &bytes}
}

func recorded() []limit.Row {
	return limit.New(suite.Workloads, []suite.Sample{
		sample("pingpong", 2, 100), sample("pingpong", 2, 100), sample("pingpong", 2, 100),
		sample("send1", 1, 50), sample("send1", 1, 45), sample("send1", 1, 55),
	})
}

func TestNew_ToleratesTwiceTheSpread(t *testing.T) {
	require.Equal(t, []limit.Row{
		{Workload: "pingpong", N: 1000, Allocs: 2, Bytes: 100, Tolerance: 10},
		{Workload: "send1", N: 1000, Allocs: 1, Bytes: 50, Tolerance: 21},
	}, recorded()) // 21 and not 20: it is rounded up, and 55/50 is a bit above 1.1
}

func TestCheck_TheBestRunCounts(t *testing.T) {
	good := []suite.Sample{sample("pingpong", 3, 200), sample("pingpong", 2.05, 102), sample("send1", 1, 60)}
	require.NoError(t, limit.Check(recorded(), good))

	bad := []suite.Sample{sample("pingpong", 3, 141), sample("pingpong", 2.5, 140), sample("send1", 0, 0)}
	err := limit.Check(recorded(), bad)
	require.EqualError(t, err, "pingpong: 2.500 allocations an operation, the table says 2.000 and a tolerance of 10 %\n"+
		"pingpong: 140.000 bytes an operation, the table says 100.000 and a tolerance of 25 %")

	require.ErrorContains(t, limit.Check(recorded(), nil), "send1: nothing was measured")
}

func TestTable_SurvivesItsFile(t *testing.T) {
	var file bytes.Buffer
	require.NoError(t, limit.Write(&file, recorded()))
	got, err := limit.Read(&file)
	require.NoError(t, err)
	require.Equal(t, recorded(), got)
	_, err = limit.Read(strings.NewReader("pingpong 1000 many\n"))
	require.ErrorContains(t, err, `line "pingpong 1000 many"`)
}
