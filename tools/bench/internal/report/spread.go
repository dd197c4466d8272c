package report

import (
	"slices"
	"strings"
)

// Spread is what several runs of the same thing came to.
type Spread struct {
	Median, Min, Max float64
	Runs             int
}

// spread summarizes the values, in any order. Of an even number of values the
// median is the mean of the middle two.
func spread(values []float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	sorted := slices.Sorted(slices.Values(values))
	low, high := sorted[(len(sorted)-1)/2], sorted[len(sorted)/2]
	return Spread{
		Median: low + (high-low)/2,
		Min:    sorted[0],
		Max:    sorted[len(sorted)-1],
		Runs:   len(sorted),
	}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
