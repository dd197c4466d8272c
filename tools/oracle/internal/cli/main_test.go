package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/tools/oracle/internal/cli"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// oracle runs a command line.
func oracle(args ...string) (status int, stdout, stderr string) {
	var out, errs strings.Builder
	status = cli.Run(args, &out, &errs)
	return status, out.String(), errs.String()
}

// inDir makes files in a new directory, for the time of the test the current one.
func inDir(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Clean(name), []byte(text), 0o600))
	}
}
