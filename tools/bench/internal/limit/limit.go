// Package limit holds what the workloads may allocate against a table that is kept
// with the code.
//
// Allocations do not depend on how fast or how loaded the machine is, which time does.
// They are not quite the same in each run either: how often a sender finds its receiver
// asleep, how long a queue grows and so how many of its blocks are made, is decided by
// the scheduler. So the table has a tolerance for each workload, made from how far apart
// the runs were of which it was made, and what counts is the best of several runs: more
// than the table allows must be needed in each of them to be found fault with.
package limit

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/starlang-go/starlang/tools/bench/internal/suite"
)

// Row is what one workload may need.
type Row struct {
	Workload string
	// N is the number of operations of a run: what is allocated once is shared out
	// among them.
	N int
	// Allocs and Bytes are the medians for one operation.
	Allocs, Bytes float64
	// Tolerance is by how many percent more is still the same.
	Tolerance float64
}

// leastTolerance is the tolerance in percent of a workload of which all runs were the
// same, and leastBytesTolerance what bytes have at least: by how much buffers grow depends
// on how often a reader is scheduled, and one that reads more at a time makes no more of them.
const (
	leastTolerance      = 10
	leastBytesTolerance = 25
)

// New makes the rows from the samples of one system, a row for each workload that has
// some. A tolerance is twice what the worst run was above the median.
func New(workloads []suite.Workload, samples []suite.Sample) []Row {
	var rows []Row
	for _, w := range workloads {
		allocs, bytes, n := of(w.Name, samples)
		if len(allocs) == 0 {
			continue
		}
		row := Row{Workload: w.Name, N: n, Allocs: median(allocs), Bytes: median(bytes), Tolerance: leastTolerance}
		for _, values := range [][]float64{allocs, bytes} {
			if m := median(values); m > 0 {
				row.Tolerance = max(row.Tolerance, math.Ceil(200*(slices.Max(values)/m-1)))
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// of are the allocations and bytes of a workload's samples, and the number of
// operations of each.
func of(workload string, samples []suite.Sample) (allocs, bytes []float64, n int) {
	for _, s := range samples {
		if s.Workload == workload && s.Allocs != nil && s.AllocBytes != nil {
			allocs, bytes, n = append(allocs, *s.Allocs), append(bytes, *s.AllocBytes), s.N
		}
	}
	return allocs, bytes, n
}

func median(values []float64) float64 {
	return slices.Sorted(slices.Values(values))[len(values)/2]
}

// Check is an error for each row whose workload has needed more in all samples, or has
// none.
func Check(rows []Row, samples []suite.Sample) error {
	var found []error
	for _, row := range rows {
		allocs, bytes, _ := of(row.Workload, samples)
		if len(allocs) == 0 {
			found = append(found, fmt.Errorf("%s: nothing was measured", row.Workload))
			continue
		}
		found = append(found,
			row.exceeds("allocations", slices.Min(allocs), row.Allocs, row.Tolerance, slackAllocs),
			row.exceeds("bytes", slices.Min(bytes), row.Bytes, max(row.Tolerance, leastBytesTolerance), slackBytes))
	}
	return errors.Join(found...)
}

// What is allowed to a whole run in addition, which the tolerance of a workload that
// allocates next to nothing would not cover: the Go runtime allocates for itself, and
// the clock of a run includes who starts it.
const (
	slackAllocs = 50
	slackBytes  = 8 << 10
)

func (r Row) exceeds(what string, got, limit, tolerance, slack float64) error {
	if got <= limit*(1+tolerance/100)+slack/float64(r.N) {
		return nil
	}
	return fmt.Errorf("%s: %.3f %s an operation, the table says %.3f and a tolerance of %g %%", r.Workload, got, what, limit, tolerance)
}

const head = `# What one operation of each workload allocates in this project, with GOMAXPROCS=2: medians of
# several runs of n operations, and by how many percent more is taken for the same.
# Made by: GOWORK=off go -C tools/bench run . -record
`

// Write writes the rows as a table for Read.
func Write(out io.Writer, rows []Row) error {
	text := head + fmt.Sprintf("# %-10s %9s %12s %12s %9s\n", "workload", "n", "allocs", "bytes", "percent")
	for _, r := range rows {
		text += fmt.Sprintf("%-12s %9d %12.3f %12.1f %9g\n", r.Workload, r.N, r.Allocs, r.Bytes, r.Tolerance)
	}
	if _, err := io.WriteString(out, text); err != nil {
		return fmt.Errorf("write the table of allocations: %w", err)
	}
	return nil
}

// Read reads a table. Lines that begin with # say nothing.
func Read(in io.Reader) ([]Row, error) {
	var rows []Row
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "#") || line == "" {
			continue
		}
		var r Row
		if _, err := fmt.Sscan(line, &r.Workload, &r.N, &r.Allocs, &r.Bytes, &r.Tolerance); err != nil {
			return nil, fmt.Errorf("table of allocations, line %q: %w", line, err)
		}
		rows = append(rows, r)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the table of allocations: %w", err)
	}
	return rows, nil
}
