package suite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/bench/internal/suite"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// behave, if set in the environment, makes this test binary a worker of that
// behaviour.
const behave = "BENCH_TEST_WORKER"

func TestMain(m *testing.M) {
	if kind := os.Getenv(behave); kind != "" {
		fakeWorker(kind)
	}
	os.Exit(m.Run())
}

func fakeWorker(kind string) {
	switch kind {
	case "garbage":
		fmt.Println("not JSON")
		os.Exit(0)
	case "hanging":
		select {}
	}
	worker.Main(worker.Program{Workloads: map[string]worker.Workload{
		"pingpong": func(n int) (worker.Result, error) {
			switch kind {
			case "failing":
				return worker.Result{}, errors.New("received 3, want 4")
			case "lazy":
				n /= 2
			}
			return worker.Result{N: n, Elapsed: time.Duration(n) * 300, Allocs: 2 * int64(n)}, nil
		},
	}})
}

func execute(ctx context.Context, t *testing.T, kind string) (suite.Sample, error) {
	self, err := os.Executable()
	require.NoError(t, err)
	env := append(os.Environ(), behave+"="+kind)
	return suite.Execute(ctx, []string{self}, env, workload(t, "pingpong"), 1000)
}

func TestProgram_ResultBecomesASample(t *testing.T) {
	sample, err := execute(t.Context(), t, "good")
	require.NoError(t, err)
	require.Equal(t, "fake", sample.System)
	require.Equal(t, "pingpong", sample.Workload)
	require.Equal(t, "ns", sample.Unit)
	require.InDelta(t, 300, sample.Value, 1e-9)
	require.Equal(t, 1000, sample.N)
	require.InDelta(t, 2, *sample.Allocs, 1e-9)
	require.Positive(t, sample.Peak)
}

func TestProgram_FailureSaysWhatTheWorkerSaid(t *testing.T) {
	_, err := execute(t.Context(), t, "failing")
	require.ErrorContains(t, err, "pingpong: received 3, want 4")
}

func TestProgram_FewerOperationsThanAskedForAreAFailure(t *testing.T) {
	_, err := execute(t.Context(), t, "lazy")
	require.ErrorContains(t, err, "500 operations of 1000")
}

func TestProgram_GarbageIsAFailure(t *testing.T) {
	_, err := execute(t.Context(), t, "garbage")
	require.ErrorContains(t, err, "not JSON")
}

func TestProgram_HangingWorkerIsKilled(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := execute(ctx, t, "hanging")
	require.ErrorContains(t, err, "took too long")
}
