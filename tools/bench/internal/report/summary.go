package report

import (
	"slices"

	"github.com/starlang-go/starlang/tools/bench/internal/suite"
)

// Summary is a finished comparison.
type Summary struct {
	Systems []suite.System
	Groups  []Group
}

// Group is what was measured of one workload: a row for each system, in the
// systems' order.
type Group struct {
	Workload suite.Workload
	Rows     []Row
}

// Row is one system's result in one workload.
type Row struct {
	System suite.System
	Spread Spread
	// N is the number of operations of each run.
	N int
	// P99 is the median of the runs' 99th percentiles, zero where there is none.
	P99 float64
	// Allocs is the median number of allocations for one operation, negative
	// where it is not known.
	Allocs float64
	// Peak is the median of the peak resident memory, in bytes.
	Peak float64
	// OfPeer and OfGo are the median divided by that of the best peer and by
	// that of plain Go. Zero where they cannot be compared.
	OfPeer, OfGo float64
	// Note says why there is no result, for a row without runs.
	Note string
}

// Measured says whether the row holds a result.
func (r Row) Measured() bool { return r.Spread.Runs > 0 }

// Summarize groups the outcome's samples by workload and system.
func Summarize(workloads []suite.Workload, systems []suite.System, out suite.Outcome) Summary {
	summary := Summary{Systems: systems}
	for _, workload := range workloads {
		group := Group{Workload: workload}
		for _, system := range systems {
			group.Rows = append(group.Rows, newRow(workload, system, out))
		}
		group.compare()
		summary.Groups = append(summary.Groups, group)
	}
	return summary
}

func newRow(w suite.Workload, s suite.System, out suite.Outcome) Row {
	var values, p99s, allocs, peaks []float64
	row := Row{System: s, Allocs: -1}
	for _, sample := range out.Samples {
		if sample.System != s.Name || sample.Workload != w.Name {
			continue
		}
		row.N = sample.N
		values = append(values, sample.Value)
		p99s = append(p99s, sample.P99)
		peaks = append(peaks, float64(sample.Peak))
		if sample.Allocs != nil {
			allocs = append(allocs, *sample.Allocs)
		}
	}
	row.Spread, row.P99, row.Peak = spread(values), spread(p99s).Median, spread(peaks).Median
	if len(allocs) > 0 {
		row.Allocs = spread(allocs).Median
	}
	if !row.Measured() {
		row.Note = whyMissing(w, s, out)
	}
	return row
}

func whyMissing(w suite.Workload, s suite.System, out suite.Outcome) string {
	if err := out.Missing[s.Name]; err != nil {
		return "not built: " + firstLine(err.Error())
	}
	if err := out.Failed[suite.Cell{System: s.Name, Workload: w.Name}]; err != nil {
		return "failed: " + firstLine(err.Error())
	}
	return "none"
}

// compare fills in the rows' ratios.
func (g Group) compare() {
	peer, plain := g.BestPeer(), g.Row(suite.PlainGo)
	for i := range g.Rows {
		g.Rows[i].OfPeer = g.ratio(g.Rows[i], peer)
		g.Rows[i].OfGo = g.ratio(g.Rows[i], plain)
	}
}

// Row is the system's row, or an empty one.
func (g Group) Row(system string) Row {
	i := slices.IndexFunc(g.Rows, func(r Row) bool { return r.System.Name == system })
	if i < 0 {
		return Row{}
	}
	return g.Rows[i]
}

// BestPeer is the best row among the peers, or an empty one.
func (g Group) BestPeer() Row {
	return g.bestOf(func(r Row) bool { return r.System.Peer })
}

// bestOf is the best row among those that count, or an empty one. A system that
// did fewer operations than others is left out where the value is of all
// operations together.
func (g Group) bestOf(counts func(Row) bool) Row {
	most := g.most()
	var best Row
	for _, row := range g.Rows {
		switch {
		case !row.Measured() || !counts(row):
		case g.Workload.Whole && row.N < most:
		case !best.Measured() || g.Workload.Better(row.Spread.Median, best.Spread.Median):
			best = row
		}
	}
	return best
}

// most is the largest number of operations that any system did.
func (g Group) most() int {
	most := 0
	for _, row := range g.Rows {
		most = max(most, row.N)
	}
	return most
}

// ratio is zero where the two cannot be compared: one is missing, or they did
// different amounts of work and the value is of all of it.
func (g Group) ratio(a, b Row) float64 {
	if !a.Measured() || !b.Measured() || g.Workload.Whole && a.N != b.N {
		return 0
	}
	return a.Spread.Median / b.Spread.Median
}
