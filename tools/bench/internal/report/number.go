package report

import (
	"math"
	"strconv"
	"strings"
)

// number formats v with three significant digits and at least all of its
// integer part, thousands separated: 0.0123, 1.23, 12.3, 123, 1,234,567.
func number(v float64) string {
	switch {
	case v == 0:
		return "0"
	case math.Abs(v) >= 99.95:
		return thousands(strconv.FormatFloat(v, 'f', 0, 64))
	}
	decimals := 2 - int(math.Floor(math.Log10(math.Abs(v))))
	return strconv.FormatFloat(v, 'f', decimals, 64)
}

// thousands puts a comma before each group of three digits.
func thousands(digits string) string {
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// ratio formats a ratio with two decimals, or with two digits where these are
// smaller; one that cannot be had is a dash.
func ratio(r float64) string {
	switch {
	case r == 0:
		return "–"
	case math.Abs(r) < 0.1 || math.Abs(r) >= 10:
		return number(r) + "×"
	}
	return strconv.FormatFloat(r, 'f', 2, 64) + "×"
}
