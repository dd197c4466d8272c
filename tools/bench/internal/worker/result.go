package worker

import (
	"slices"
	"time"
)

// Result is what one run of a workload measured, before any conversion into
// the workload's unit. Fields that a workload does not measure are zero.
type Result struct {
	// N is the number of operations that were done and verified.
	N int `json:"n"`
	// Elapsed is the time that all of them took together, in nanoseconds.
	Elapsed time.Duration `json:"elapsed"`
	// Allocs is the number of heap allocations of the measuring process
	// meanwhile. Negative where the system cannot tell.
	Allocs int64 `json:"allocs"`
	// Allocated is how many bytes these allocations had. Nil where the system
	// cannot tell.
	Allocated *int64 `json:"allocated,omitempty"`
	// Handled is how many of the operations had an effect, for workloads in which not
	// all are to have one.
	Handled int64 `json:"handled,omitempty"`
	// Bytes is the memory that the operations took, for workloads that weigh.
	Bytes int64 `json:"bytes,omitempty"`
	// P50 and P99 are percentiles of a single operation, in nanoseconds.
	P50 time.Duration `json:"p50,omitempty"`
	P99 time.Duration `json:"p99,omitempty"`
}

// WithLatencies sets the percentiles from the durations of the single
// operations, which it sorts in place.
func (r Result) WithLatencies(each []time.Duration) Result {
	slices.Sort(each)
	r.P50 = percentile(each, 50)
	r.P99 = percentile(each, 99)
	return r
}

// percentile is the smallest value that at least p of 100 values do not exceed.
func percentile(sorted []time.Duration, p int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := (len(sorted)*p + 99) / 100
	return sorted[max(rank, 1)-1]
}
