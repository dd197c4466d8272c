package report

import "strings"

// columnWidth is the width of each of the two columns. Two and what stands around
// them fit into a line of 100 characters.
const columnWidth = 46

// Columns returns a difference as text, what was expected beside what came.
func (d Difference) Columns() string {
	var b strings.Builder
	row := func(left, right string) {
		left += strings.Repeat(" ", columnWidth-len([]rune(left)))
		b.WriteString(strings.TrimRight("  "+left+" | "+right, " ") + "\n")
	}
	row("expected", "got")
	left, right := wrap(d.Expected), wrap(d.Got)
	for i := range max(len(left), len(right)) {
		row(line(left, i), line(right, i))
	}
	return b.String()
}

func line(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

// wrap cuts s into lines of at most columnWidth characters.
func wrap(s string) (lines []string) {
	rest := []rune(s)
	for len(rest) > columnWidth {
		lines = append(lines, string(rest[:columnWidth]))
		rest = rest[columnWidth:]
	}
	return append(lines, string(rest))
}
