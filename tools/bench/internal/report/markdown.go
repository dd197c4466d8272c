package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/starlang-go/starlang/tools/bench/internal/suite"
)

// WriteMarkdown writes the medians as one Markdown table, a column for each
// system, with this project's ratios at the end of each line.
func (s Summary) WriteMarkdown(out io.Writer) error {
	head := []string{"workload"}
	rule := []string{"---"}
	for _, system := range s.Systems {
		head = append(head, system.Name)
		rule = append(rule, "--:")
	}
	head = append(head, "of best peer", "of plain Go")
	rule = append(rule, "--:", "--:")
	lines := []string{line(head), line(rule)}
	for _, group := range s.Groups {
		lines = append(lines, line(group.markdown()))
	}
	if _, err := io.WriteString(out, strings.Join(lines, "")); err != nil {
		return fmt.Errorf("write Markdown: %w", err)
	}
	return nil
}

func (g Group) markdown() []string {
	cells := []string{"`" + g.Workload.Name + "`, " + g.Workload.What + ", " + g.Workload.Unit}
	best := g.bestOf(func(Row) bool { return true }).System.Name
	for _, row := range g.Rows {
		cells = append(cells, g.median(row, best))
	}
	ours := g.Row(suite.Starlang)
	return append(cells, ratio(ours.OfPeer), ratio(ours.OfGo))
}

// median is the cell's text: bold for the best, with its footnote.
func (g Group) median(row Row, best string) string {
	if !row.Measured() {
		word, _, _ := strings.Cut(row.Note, ":")
		return word
	}
	text := number(row.Spread.Median)
	if row.P99 > 0 {
		text += " / " + number(row.P99)
	}
	if row.System.Name == best {
		text = "**" + text + "**"
	}
	if g.Workload.Whole && row.N != g.most() {
		text += " (n " + thousands(fmt.Sprint(row.N)) + ")"
	}
	return text
}

func line(cells []string) string { return "| " + strings.Join(cells, " | ") + " |\n" }
