package report

import (
	_ "embed"
	"fmt"
	"io"
	"text/template"

	"github.com/starlang-go/starlang/tools/bench/internal/suite"
)

// The chart's measures, in pixels.
const (
	panelsInRow = 4
	panelWidth  = 240
	panelHead   = 36  // a panel's title and what it counts
	panelGap    = 22  // below a panel
	labelWidth  = 72  // left of the bars
	barsWidth   = 102 // of the longest bar
	barPitch    = 15
	barHeight   = 10
	margin      = 16
	chartHead   = 66
)

// longest is the cost, in multiples of plain Go's, at which bars are cut off:
// differences near plain Go are to be seen, and some are a hundred times off.
const longest = 6.0

// atPlainGo is the length of a bar at plain Go's cost. Values stand right of
// it, so that the line there crosses none of them.
const (
	atPlainGo = int(barsWidth / longest)
	valueGap  = 4
)

// WriteChart draws a panel for each workload with a bar for each system: its
// cost as a multiple of what plain Go needs. Cost is time, time per operation
// or memory, so a shorter bar is better in every panel.
func (s Summary) WriteChart(out io.Writer) error {
	if err := chartTemplate.Execute(out, s.chart()); err != nil {
		return fmt.Errorf("draw chart: %w", err)
	}
	return nil
}

//go:embed chart.svg.tmpl
var chartSource string

var chartTemplate = template.Must(template.New("chart").Parse(chartSource))

// chart is what the template draws; all positions are absolute.
type chart struct {
	Width, Height int
	Margin        int
	Panels        []panel
}

type panel struct {
	X, Y        int
	Title, What string
	Axis        axis
	Bars        []bar
}

// axis is the line at the cost of plain Go.
type axis struct{ X, Top, Bottom int }

type bar struct {
	System        string
	Class         string
	LabelX, TextY int
	X, Y          int
	Width, Height int
	// Cut says that the bar would be longer than there is room.
	Cut    bool
	Value  string
	ValueX int
}

func (s Summary) chart() chart {
	bars := 0
	for _, system := range s.Systems {
		if system.Name != suite.PlainGo {
			bars++
		}
	}
	height := panelHead + bars*barPitch + panelGap
	rows := (len(s.Groups) + panelsInRow - 1) / panelsInRow
	c := chart{
		Width:  2*margin + panelsInRow*panelWidth,
		Height: chartHead + rows*height + margin,
		Margin: margin,
	}
	for i, group := range s.Groups {
		x := margin + i%panelsInRow*panelWidth
		y := chartHead + i/panelsInRow*height
		c.Panels = append(c.Panels, group.panel(x, y))
	}
	return c
}

func (g Group) panel(x, y int) panel {
	p := panel{X: x, Y: y, Title: g.Workload.Name, What: g.Workload.What}
	top := y + panelHead
	for _, row := range g.Rows {
		if row.System.Name == suite.PlainGo {
			continue
		}
		p.Bars = append(p.Bars, g.bar(row, x, top+len(p.Bars)*barPitch))
	}
	p.Axis = axis{
		X:      x + labelWidth + atPlainGo,
		Top:    top - 2,
		Bottom: top + len(p.Bars)*barPitch,
	}
	return p
}

func (g Group) bar(row Row, x, y int) bar {
	b := bar{
		System: row.System.Name, Class: "peer",
		LabelX: x + labelWidth - 6, TextY: y + barHeight - 1,
		X: x + labelWidth, Y: y, Height: barHeight, ValueX: x + labelWidth + atPlainGo + valueGap,
	}
	if row.System.Name == suite.Starlang {
		b.Class = "ours"
	}
	if row.OfGo == 0 {
		b.Class, b.Value = "none", g.absence(row)
		return b
	}
	cost := g.Workload.Slowdown(row.OfGo, 1)
	b.Cut = cost > longest
	b.Width = max(int(min(cost, longest)/longest*barsWidth), 1)
	b.Value = ratio(cost)
	b.ValueX = max(b.ValueX, b.X+b.Width+valueGap)
	return b
}

// absence is why there is no bar.
func (g Group) absence(row Row) string {
	if row.Measured() {
		text := number(row.Spread.Median) + " " + g.Workload.Unit
		if g.Workload.Whole && row.N != g.most() {
			text += " at n " + thousands(fmt.Sprint(row.N))
		}
		return text
	}
	return g.median(row, "")
}
