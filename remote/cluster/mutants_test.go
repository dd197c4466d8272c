package cluster_test

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// mutant is a mistake: a text of a file in place of another.
type mutant struct {
	name, file, right, wrong string
}

// mutants are mistakes that others have made.
var mutants = []mutant{
	{
		"release before drain", "entity/shard.go",
		"if s.phase != draining || len(s.running.of) > 0 {",
		"if s.phase != draining {",
	},
	{
		"count from the answer", "keeper.go",
		"case err == nil && !s.extend(sent, wall):",
		"case err == nil && !s.extend(k.now(), wall):",
	},
	{
		"no margin", "session.go",
		"lostPart = 0.9",
		"lostPart = 1.0",
	},
	{
		"claim without compare", "directory/memory/store.go",
		"if taken && (now.Owner != id || now.Fence != c.Replace) || !taken && c.Replace != 0 {",
		"if taken && now.Owner == id && now.Fence != c.Replace {",
	},
	{
		"buffer out of order", "entity/shard.go",
		"s.kept = append(s.kept, what)",
		"s.kept = append([]any{what}, s.kept...)",
	},
	{
		"fence not sent", "entity/active.go",
		"func (l *lease) Fence() directory.Fence { return l.entry.Fence }",
		"func (l *lease) Fence() directory.Fence { return 0 }",
	},
}

// TestMutants builds the simulation with a mistake and sees it found within 20 stories. Among
// all tests of the package it does so with the first mistake only.
func TestMutants(t *testing.T) {
	some := mutants
	if !named(t, "TestMutants") {
		some = mutants[:1]
	}
	for _, m := range some {
		t.Run(m.name, func(t *testing.T) {
			out, err := exec.Command("go", "test", "-overlay", m.overlay(t), "-run", "^TestSimulation$", "-seeds", "20", "-failfast", ".").CombinedOutput()
			require.Error(t, err, "nobody has noticed")
			require.Contains(t, string(out), "--- FAIL: TestSimulation/seed", "it is to fail for what the mistake does")
		})
	}
}

// named reports whether the test was asked for by its name: then it is not in a hurry.
func named(t *testing.T, name string) bool {
	t.Helper()
	return strings.Contains(flag.Lookup("test.run").Value.String(), name)
}

// overlay writes what makes go build the mistake in place of the file.
func (m mutant) overlay(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile(m.file)
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(source), m.right), "%s has changed: choose another place for the mistake", m.file)
	dir := t.TempDir()
	wrong := filepath.Join(dir, "wrong.go")
	require.NoError(t, os.WriteFile(wrong, []byte(strings.Replace(string(source), m.right, m.wrong, 1)), 0o600))
	file, err := filepath.Abs(m.file)
	require.NoError(t, err)
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {file: wrong}})
	require.NoError(t, err)
	path := filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(path, overlay, 0o600))
	return path
}
