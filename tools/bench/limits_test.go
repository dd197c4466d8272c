package main_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	bench "github.com/starlang-go/starlang/tools/bench"
	"github.com/starlang-go/starlang/tools/bench/internal/limit"
	"github.com/starlang-go/starlang/tools/bench/internal/suite"
)

// TestAllocations_TheTableHasEveryWorkload holds the file against the suite.
func TestAllocations_TheTableHasEveryWorkload(t *testing.T) {
	file, err := os.Open("allocations.txt")
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	rows, err := limit.Read(file)
	require.NoError(t, err)
	require.Len(t, rows, len(suite.Workloads))
	for i, w := range suite.Workloads {
		require.Equal(t, w.Name, rows[i].Workload)
	}
}

// TestCheck_FailsAboveTheTable runs in a directory of its own, with a table that allows
// one workload next to nothing.
func TestCheck_FailsAboveTheTable(t *testing.T) {
	systems, err := filepath.Abs("systems")
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.Symlink(systems, filepath.Join(dir, "systems")))
	t.Chdir(dir)
	table := filepath.Join(dir, "allocations.txt")

	check := strings.Fields("-check -workloads pingpong,spawn -passes 1")
	require.NoError(t, os.WriteFile(table, []byte("pingpong 800 99 9999 3\n"), 0o600))
	require.ErrorContains(t, bench.Run(t.Context(), check, io.Discard, io.Discard), "does not have workload spawn")

	require.NoError(t, os.WriteFile(table, []byte("pingpong 800 99 9999 3\nspawn 800 0.1 9999 3\n"), 0o600))
	err = bench.Run(t.Context(), check, io.Discard, io.Discard)
	require.ErrorContains(t, err, "spawn: ")
	require.ErrorContains(t, err, "the table says 0.100")
	require.NotContains(t, err.Error(), "pingpong: ")

	record := strings.Fields("-record -workloads pingpong,spawn -passes 3 -scale 0.05")
	require.NoError(t, bench.Run(t.Context(), record, io.Discard, io.Discard))
	var out bytes.Buffer
	require.NoError(t, bench.Run(t.Context(), check, &out, io.Discard))
	require.Equal(t, "2 workloads allocate no more than allocations.txt says\n", out.String())
}
