package live

import (
	"fmt"
	"strings"
	"time"

	"github.com/starlang-go/starlang/runtime/inspect"
)

// column is one of the screen's.
type column struct {
	title string
	width int // at least
	left  bool
	need  int // how wide the screen has to be
	cell  func(r inspect.Row) string
}

// columns are all of them. What is needed least leaves first as the screen gets narrower;
// what is left is the name, which takes all the room that there is.
var columns = []column{
	{"PID", 8, true, 40, pidCell},
	{"NAME", 12, true, 0, func(r inspect.Row) string {
		if r.Name == "" {
			return r.Label
		}
		return r.Name
	}},
	{"STATE", 8, true, 70, func(r inspect.Row) string { return r.State }},
	{"QUEUE", 7, false, 0, func(r inspect.Row) string { return count(float64(r.Queue)) }},
	{"RECEIVED", 8, false, 60, func(r inspect.Row) string { return count(float64(r.Received)) }},
	{"RATE/s", 7, false, 0, func(r inspect.Row) string { return count(r.Rate) }},
	{"GROWTH/s", 8, false, 60, func(r inspect.Row) string { return count(r.Growth) }},
	{"AGE", 7, false, 80, func(r inspect.Row) string { return age(r.Age) }},
}

// pidCell returns the number of a process of the node, which is enough to name it.
func pidCell(r inspect.Row) string { return fmt.Sprintf("<%d>", r.PID.ID()) }

// count returns a number in at most 7 places.
func count(v float64) string {
	switch sign := max(v, -v); {
	case sign >= 9_999_500_000:
		return fmt.Sprintf("%.1e", v)
	case sign >= 9_999_500:
		return fmt.Sprintf("%.0fM", v/1e6)
	case sign >= 99_999.5:
		return fmt.Sprintf("%.0fk", v/1e3)
	case v != float64(int64(v)) && sign < 9999:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

// age returns a duration in at most 7 places.
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	case d < 100*time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}

// usualWidth is that of a screen that has not told its own.
const usualWidth = 80

// table returns the rows as lines of at most so many places, the first with the titles.
func table(rows []inspect.Row, width int) (lines []string) {
	if width <= 0 {
		width = usualWidth
	}
	shown, used := []column(nil), 0
	for _, c := range columns {
		if width >= c.need {
			shown = append(shown, c)
			used += c.width + 1
		}
	}
	for i := range shown {
		if shown[i].title == "NAME" {
			shown[i].width = max(shown[i].width+width-used, 4)
		}
	}
	line := func(text func(column) string) string {
		var b strings.Builder
		for _, c := range shown {
			s := printable(text(c), c.width)
			pad := strings.Repeat(" ", max(c.width-cells(s), 0))
			if c.left {
				b.WriteString(s + pad + " ")
			} else {
				b.WriteString(pad + s + " ")
			}
		}
		return printable(strings.TrimRight(b.String(), " "), width)
	}
	lines = append(lines, line(func(c column) string { return c.title }))
	for _, r := range rows {
		lines = append(lines, line(func(c column) string { return c.cell(r) }))
	}
	return lines
}
