package suite

import (
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// Sample is one run of one workload of one system, as the JSON output has it.
type Sample struct {
	System   string  `json:"system"`
	Workload string  `json:"workload"`
	Unit     string  `json:"unit"`
	Value    float64 `json:"value"`
	N        int     `json:"n"`
	// P99 is the 99th percentile in the workload's unit, where there is one.
	P99 float64 `json:"p99,omitempty"`
	// Pass is the pass to which the run belongs, from 1. 0 is not known.
	Pass int `json:"pass,omitempty"`
	// Allocs is the number of heap allocations for one operation; nil where
	// the system cannot tell.
	Allocs *float64 `json:"allocs,omitempty"`
	// AllocBytes is how many bytes they have together, for one operation; nil
	// where the system cannot tell.
	AllocBytes *float64 `json:"alloc_bytes,omitempty"`
	// Peak is the largest resident memory of the process, in bytes.
	Peak int64 `json:"peak,omitempty"`
}

func newSample(s System, w Workload, r worker.Result, peak int64) Sample {
	sample := Sample{
		System: s.Name, Workload: w.Name, Unit: w.Unit,
		Value: w.Value(r), N: r.N, Peak: peak, P99: microseconds(r.P99),
	}
	if r.Allocs >= 0 {
		each := float64(r.Allocs) / float64(r.N)
		sample.Allocs = &each
	}
	if r.Allocated != nil {
		each := float64(*r.Allocated) / float64(r.N)
		sample.AllocBytes = &each
	}
	return sample
}
