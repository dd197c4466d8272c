package worker

import (
	"runtime"
	"time"
)

// A Meter is a stopwatch that also counts heap allocations.
type Meter struct {
	mallocs uint64
	start   time.Time
}

// Start collects the garbage of the preparations and starts the clock.
func Start() Meter {
	runtime.GC()
	return Meter{mallocs: mallocs(), start: time.Now()}
}

// Stop ends the measurement of n operations.
func (m Meter) Stop(n int) Result {
	elapsed := time.Since(m.start)
	return Result{N: n, Elapsed: elapsed, Allocs: int64(mallocs() - m.mallocs)}
}

func mallocs() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.Mallocs
}
