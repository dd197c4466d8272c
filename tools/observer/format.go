package observer

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/starlang-go/starlang/pid"
)

// duration returns d with three digits or so.
func duration(d time.Duration) string {
	switch {
	case d <= 0:
		return "0"
	case d < time.Microsecond:
		return d.String()
	case d < time.Millisecond:
		return d.Round(time.Microsecond / 10).String()
	case d < time.Second:
		return d.Round(time.Millisecond / 10).String()
	case d < time.Minute:
		return d.Round(time.Second / 10).String()
	case d < time.Hour:
		return d.Round(time.Second).String()
	case d < 48*time.Hour:
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	}
	return fmt.Sprintf("%dd", d/(24*time.Hour))
}

// age is a coarse duration: seconds of what is old are not worth a change of the page.
func age(d time.Duration) string {
	switch {
	case d < time.Second:
		return "<1s"
	case d < time.Minute:
		return d.Truncate(time.Second).String()
	case d < time.Hour:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%dd", d/(24*time.Hour))
}

// whole returns n with spaces between thousands.
func whole[N int | int64 | uint64 | uint32 | uint](n N) string {
	s := strconv.FormatInt(int64(n), 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

// size returns a number of bytes.
func size[N int64 | uint64](n N) string {
	f := float64(n)
	for _, unit := range []string{"B", "KiB", "MiB", "GiB"} {
		if f < 1024 || unit == "GiB" {
			if unit == "B" || f >= 100 {
				return fmt.Sprintf("%.0f %s", f, unit)
			}
			return fmt.Sprintf("%.1f %s", f, unit)
		}
		f /= 1024
	}
	return ""
}

// rate returns a number per second.
func rate(f float64) string {
	switch {
	case f == 0:
		return "0"
	case f > -10 && f < 10:
		return fmt.Sprintf("%.1f", f)
	}
	return whole(int64(f))
}

// short returns the number of a process, which is enough on its node.
func short(p pid.PID) string {
	if p.IsZero() {
		return "–"
	}
	return "<" + strconv.FormatUint(p.ID(), 10) + ">"
}

// clock returns a time of the day.
func clock(t time.Time) string { return t.Local().Format("15:04:05.000") }

// plural returns "1 thing" or "2 things".
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	if strings.HasSuffix(thing, "s") || strings.HasSuffix(thing, "sh") || strings.HasSuffix(thing, "ch") {
		return whole(n) + " " + thing + "es"
	}
	return whole(n) + " " + thing + "s"
}

// class returns those names that go with a true value.
func class(pairs ...any) string {
	var all []string
	for i := 0; i+1 < len(pairs); i += 2 {
		if on, _ := pairs[i+1].(bool); on {
			all = append(all, fmt.Sprint(pairs[i]))
		}
	}
	return strings.Join(all, " ")
}
