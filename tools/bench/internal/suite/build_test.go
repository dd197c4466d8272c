package suite_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/bench/internal/suite"
)

func TestRun_NothingRunsUnlessAllAreBuilt(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module broken\n\ngo 1.26.0\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte("package main\n\nfunc main() { undefined() }\n"), 0o600))
	out, err := suite.Run(t.Context(), suite.Config{
		Systems: []suite.System{{Name: "broken", Dir: dir}}, Workloads: suite.Workloads,
		Passes: 1, Procs: 1, Scale: 1, Timeout: time.Minute, All: true, Progress: io.Discard,
	})
	require.ErrorContains(t, err, "build broken in "+dir)
	require.ErrorContains(t, err, "undefined: undefined")
	require.Empty(t, out.Samples)
}
