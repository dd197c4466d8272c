// Package pairs compares two ways of doing a thing in turns, for benchmarks: what slows
// the machine down slows both.
package pairs

import (
	"slices"
	"testing"
	"time"
)

// Way does the thing that is measured, n times.
type Way func(n int) error

// Compare lets one way and another do the thing n times each, in as many pairs as the
// benchmark has iterations; which is first changes from pair to pair. It reports the
// median of the ratios, one by other, and both medians in ns.
func Compare(b *testing.B, n int, one, other Way) {
	b.Helper()
	var took [2][]float64
	var ratios []float64
	ways := [2]Way{one, other}
	for _, w := range ways {
		measure(b, w, n) // what is only made once is made now
	}
	for i := 0; b.Loop(); i++ {
		for _, turn := range [2]int{i % 2, 1 - i%2} {
			took[turn] = append(took[turn], measure(b, ways[turn], n))
		}
		ratios = append(ratios, took[0][i]/took[1][i])
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(ratios), "median-ratio")
	b.ReportMetric(median(took[0]), "ns/one")
	b.ReportMetric(median(took[1]), "ns/other")
}

// measure returns how many ns each of n takes.
func measure(b *testing.B, w Way, n int) float64 {
	b.Helper()
	begun := time.Now()
	if err := w(n); err != nil {
		b.Fatal(err)
	}
	return float64(time.Since(begun)) / float64(n)
}

func median(of []float64) float64 {
	s := slices.Sorted(slices.Values(of))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}
