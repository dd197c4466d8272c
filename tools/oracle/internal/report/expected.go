package report

import (
	"errors"
	"fmt"
	"os"

	"github.com/starlang-go/starlang/tools/oracle/internal/canon"
	"github.com/starlang-go/starlang/tools/oracle/internal/scenario"
)

// Read reads a file of results. Its error names the file, the line and what is
// wrong.
func Read(file string) ([]map[string]any, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var all []map[string]any
	for number, line := range scenario.Lines(text) {
		result, err := parse(line)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, number, err)
		}
		all = append(all, result)
	}
	return all, nil
}

func parse(line []byte) (map[string]any, error) {
	v, err := canon.Decode(line)
	if err != nil {
		return nil, err
	}
	result, ok := v.(map[string]any)
	_, named := result["name"].(string)
	_, listed := result["steps"].([]any)
	_, ended := result["final"].(map[string]any)
	if !ok || !named || !listed || !ended {
		return nil, errors.New(`a result is an object with "name", a list of "steps" and an object "final"`)
	}
	return result, nil
}
