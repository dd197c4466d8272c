package scenario_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/oracle/internal/scenario"
)

func write(t *testing.T, text string) string {
	file := filepath.Join(t.TempDir(), "x.jsonl")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

func TestRead_SkipsBlankLinesAndCountsThem(t *testing.T) {
	list, err := scenario.Read(write(t, "\n{\"name\":\"a\",\"steps\":[]}\r\n\n  \n{\"name\":\"b\",\"steps\":[]}"))
	require.NoError(t, err)
	require.Equal(t, []scenario.Scenario{
		{Name: "a", Line: 2, Steps: []scenario.Step{}},
		{Name: "b", Line: 5, Steps: []scenario.Step{}},
	}, list)
}

func TestRead_NamesFileAndLine(t *testing.T) {
	file := write(t, "{\"name\":\"a\",\"steps\":[]}\n\n{\"name\":\"b\",\"steps\":[{\"op\":\"jump\"}]}\n")
	_, err := scenario.Read(file)
	require.EqualError(t, err, file+`:3: scenario "b": step 1: there is no op "jump" here`)
}

func TestRead_MissingFile(t *testing.T) {
	_, err := scenario.Read(filepath.Join(t.TempDir(), "none.jsonl"))
	require.ErrorIs(t, err, fs.ErrNotExist)
}
