package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/starlang-go/starlang/tools/bench/internal/suite"
)

// WriteTable writes everything that was measured, workload by workload, for a
// terminal.
func (s Summary) WriteTable(out io.Writer) error {
	for i, group := range s.Groups {
		if i > 0 {
			fmt.Fprintln(out)
		}
		if err := group.write(out); err != nil {
			return err
		}
	}
	return nil
}

// The columns: a name, numbers to the right, and a remark.
const (
	columns = "  %-11s%11s%11s%11s%11s%10s%12s%8s  %s"
	absent  = "  %-11s%11s  %s"
)

func (g Group) write(out io.Writer) error {
	lines := []string{
		fmt.Sprintf("%s: %s, %s, %s", g.Workload.Name, g.Workload.What, g.Workload.Unit, direction(g.Workload)),
		fmt.Sprintf(columns, "", "median", "min", "max", "allocs/op", "peak MB", "/best peer", "/go", ""),
	}
	for _, row := range g.Rows {
		lines = append(lines, g.line(row))
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(out, strings.TrimRight(line, " ")); err != nil {
			return fmt.Errorf("write table: %w", err)
		}
	}
	return nil
}

func (g Group) line(row Row) string {
	if !row.Measured() {
		word, why, _ := strings.Cut(row.Note, ": ")
		return fmt.Sprintf(absent, row.System.Name, word, why)
	}
	return fmt.Sprintf(columns, row.System.Name,
		number(row.Spread.Median), number(row.Spread.Min), number(row.Spread.Max),
		allocations(row.Allocs), number(row.Peak/(1<<20)),
		ratio(row.OfPeer), ratio(row.OfGo), g.footnote(row))
}

// footnote is what has to be known of a value to read it rightly.
func (g Group) footnote(row Row) string {
	switch {
	case row.P99 > 0:
		return "p99 " + number(row.P99)
	case g.Workload.Whole && row.N != g.most():
		return "n " + thousands(fmt.Sprint(row.N)) + " of " + thousands(fmt.Sprint(g.most()))
	}
	return ""
}

func direction(w suite.Workload) string {
	if w.Rate {
		return "more is better"
	}
	return "less is better"
}

func allocations(each float64) string {
	switch {
	case each < 0:
		return "–"
	case each < 0.005:
		return "0"
	}
	return fmt.Sprintf("%.2f", each)
}
