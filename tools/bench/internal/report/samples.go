package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/starlang-go/starlang/tools/bench/internal/suite"
)

// WriteSample writes one sample as a line of JSON.
func WriteSample(out io.Writer, sample suite.Sample) error {
	if err := json.NewEncoder(out).Encode(sample); err != nil {
		return fmt.Errorf("write sample: %w", err)
	}
	return nil
}

// ReadSamples reads what WriteSample has written.
func ReadSamples(in io.Reader) ([]suite.Sample, error) {
	var samples []suite.Sample
	decoder := json.NewDecoder(in)
	for {
		var sample suite.Sample
		err := decoder.Decode(&sample)
		if errors.Is(err, io.EOF) {
			return samples, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read sample %d: %w", len(samples)+1, err)
		}
		samples = append(samples, sample)
	}
}
