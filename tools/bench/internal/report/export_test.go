package report

// SpreadOf is what the values come to.
func SpreadOf(values ...float64) Spread { return spread(values) }

// Number formats a value for a table.
func Number(v float64) string { return number(v) }
