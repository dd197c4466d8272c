package suite_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/bench/internal/suite"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

func workload(t *testing.T, name string) suite.Workload {
	for _, w := range suite.Workloads {
		if w.Name == name {
			return w
		}
	}
	require.Fail(t, "no such workload", name)
	return suite.Workload{}
}

func TestWorkload_ValueIsInItsUnit(t *testing.T) {
	result := worker.Result{N: 1_000_000, Elapsed: 2 * time.Second, Bytes: 5_000_000, P50: 1500 * time.Nanosecond}
	for name, want := range map[string]float64{
		"pingpong": 2000, // ns
		"send1":    0.5,  // million/s
		"spawn":    500,  // thousand/s
		"idle":     5,    // bytes
		"skynet":   2,    // s
		"links":    2000, // ms
		"remlat":   1.5,  // µs
	} {
		require.InDelta(t, want, workload(t, name).Value(result), 1e-9, name)
	}
}

func TestWorkload_SlowdownIsAboveOneForTheWorse(t *testing.T) {
	require.InDelta(t, 2, workload(t, "pingpong").Slowdown(600, 300), 1e-9)
	require.InDelta(t, 2, workload(t, "send1").Slowdown(10, 20), 1e-9)
	require.True(t, workload(t, "pingpong").Better(300, 600))
	require.True(t, workload(t, "send1").Better(20, 10))
}

func TestOperations_AreEvenlyDivisibleAtAnyScale(t *testing.T) {
	for _, system := range suite.Systems {
		for _, w := range suite.Workloads {
			for _, scale := range []float64{0, 0.0001, 0.001, 0.37, 1} {
				n := suite.Operations(system, w, scale)
				require.Positive(t, n)
				if w.Least == 0 {
					require.Zero(t, n%80, "%s %s", system.Name, w.Name)
				}
			}
			if system.N[w.Name] == 0 {
				require.Equal(t, w.N, suite.Operations(system, w, 1), "a full run is not rounded")
			}
		}
	}
}
