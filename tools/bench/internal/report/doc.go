// Package report turns the samples of a suite into medians with their spread
// and ratios, and those into a table, a Markdown table or a chart.
package report
