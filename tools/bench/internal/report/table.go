package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

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

func (g Group) write(out io.Writer) error {
	fmt.Fprintf(out, "%s: %s, %s, %s\n", g.Workload.Name, g.Workload.What, g.Workload.Unit, direction(g.Workload))
	columns := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(columns, "system\tmedian\tmin\tmax\tallocs/op\tpeak MB\tof best peer\tof plain Go\t")
	for _, row := range g.Rows {
		fmt.Fprintln(columns, strings.Join(g.cells(row), "\t")+"\t")
	}
	if err := columns.Flush(); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

func (g Group) cells(row Row) []string {
	if !row.Measured() {
		return []string{row.System.Name, row.Note, "", "", "", "", "", ""}
	}
	return []string{
		row.System.Name,
		number(row.Spread.Median) + g.footnote(row),
		number(row.Spread.Min),
		number(row.Spread.Max),
		allocations(row.Allocs),
		number(row.Peak / (1 << 20)),
		ratio(row.OfPeer),
		ratio(row.OfGo),
	}
}

// footnote is what has to be known of a value to read it rightly.
func (g Group) footnote(row Row) string {
	switch {
	case row.P99 > 0:
		return " (p99 " + number(row.P99) + ")"
	case g.Workload.Whole:
		return " (n " + thousands(fmt.Sprint(row.N)) + ")"
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
