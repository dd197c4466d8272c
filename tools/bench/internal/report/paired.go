package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/starlang-go/starlang/tools/bench/internal/suite"
)

// Paired compares two systems pass by pass.
type Paired struct {
	Workloads []PairedWorkload
}

// PairedWorkload has what one workload needs, as a multiple of what the other system
// needed in the same pass: below 1 it is less.
type PairedWorkload struct {
	Workload suite.Workload
	// Cost is that of the workload's value: time, or memory where memory is what it is
	// about. Allocs and Bytes are those of the allocations for one operation. Without
	// runs they are not known.
	Cost, Allocs, Bytes Spread
	// Note says why there are no pairs.
	Note string
}

// Pair compares the runs of system now with those of system before.
func Pair(workloads []suite.Workload, before, now string, out suite.Outcome) Paired {
	var p Paired
	for _, w := range workloads {
		p.Workloads = append(p.Workloads, pair(w, before, now, out))
	}
	return p
}

func pair(w suite.Workload, before, now string, out suite.Outcome) PairedWorkload {
	var cost, allocs, bytes []float64
	for _, b := range runsOf(w, before, out) {
		for _, n := range runsOf(w, now, out) {
			if b.Pass != n.Pass {
				continue
			}
			cost = appendRatio(cost, w.Slowdown(n.Value, b.Value), 1)
			allocs = appendKnown(allocs, n.Allocs, b.Allocs)
			bytes = appendKnown(bytes, n.AllocBytes, b.AllocBytes)
		}
	}
	p := PairedWorkload{Workload: w, Cost: spread(cost), Allocs: spread(allocs), Bytes: spread(bytes)}
	if len(cost) == 0 {
		p.Note = whyUnpaired(w, before, now, out)
	}
	return p
}

func runsOf(w suite.Workload, system string, out suite.Outcome) []suite.Sample {
	return slices.DeleteFunc(slices.Clone(out.Samples), func(s suite.Sample) bool {
		return s.System != system || s.Workload != w.Name
	})
}

// appendRatio appends a/b, unless one of the two is nothing that can be compared.
func appendRatio(ratios []float64, a, b float64) []float64 {
	if a <= 0 || b <= 0 {
		return ratios
	}
	return append(ratios, a/b)
}

func appendKnown(ratios []float64, a, b *float64) []float64 {
	if a == nil || b == nil {
		return ratios
	}
	return appendRatio(ratios, *a, *b)
}

func whyUnpaired(w suite.Workload, before, now string, out suite.Outcome) string {
	var lack []string
	for _, system := range []string{before, now} {
		if err := out.Failed[suite.Cell{System: system, Workload: w.Name}]; err != nil {
			return system + " failed: " + firstLine(err.Error())
		}
		if !slices.Contains(out.Has[system], w.Name) {
			lack = append(lack, system)
		}
	}
	if len(lack) > 0 {
		return strings.Join(lack, " and ") + " has no such workload"
	}
	return "no pass was finished"
}

// The columns: a workload, three medians with their spreads, and a verdict.
const pairedColumns = "%-10s %8s  %-17s %8s  %-17s %8s  %-17s %s"

// Write writes the comparison for a terminal.
func (p Paired) Write(out io.Writer) error {
	lines := []string{fmt.Sprintf(pairedColumns, "", "time", "min – max", "allocs", "min – max", "bytes", "min – max", "pairs")}
	for _, w := range p.Workloads {
		lines = append(lines, w.line())
	}
	lines = append(lines, "",
		"Medians of the ratios of neighbouring runs, the smallest and the largest; below 1 is less than before.",
		"What `idle` has under time is resident memory. Beside the number of pairs stands what all of them",
		"say alike about time: less, or more. Where they differ, more passes may tell.")
	for _, line := range lines {
		if _, err := fmt.Fprintln(out, strings.TrimRight(line, " ")); err != nil {
			return fmt.Errorf("write the comparison: %w", err)
		}
	}
	return nil
}

func (w PairedWorkload) line() string {
	if w.Cost.Runs == 0 {
		return fmt.Sprintf("%-10s %8s  %s", w.Workload.Name, "–", w.Note)
	}
	cells := []any{w.Workload.Name}
	for _, s := range []Spread{w.Cost, w.Allocs, w.Bytes} {
		median, bounds := "–", ""
		if s.Runs > 0 {
			median, bounds = ratio(s.Median), ratio(s.Min)+" – "+ratio(s.Max)
		}
		cells = append(cells, median, bounds)
	}
	return fmt.Sprintf(pairedColumns, append(cells, w.verdict())...)
}

// agreeing is the number of pairs from which on it says something that all of them go
// the same way: without a difference they do so one time in sixteen.
const agreeing = 5

// verdict is the number of pairs, and the direction in which all of them go.
func (w PairedWorkload) verdict() string {
	pairs := fmt.Sprint(w.Cost.Runs)
	switch {
	case w.Cost.Runs < agreeing:
	case w.Cost.Max < 1:
		return pairs + " less"
	case w.Cost.Min > 1:
		return pairs + " more"
	}
	return pairs
}
