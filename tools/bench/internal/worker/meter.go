package worker

import (
	"runtime"
	"time"
)

// A Meter is a stopwatch that also counts heap allocations and their bytes.
type Meter struct {
	before allocated
	start  time.Time
}

// allocated is what has been allocated since the program began.
type allocated struct{ objects, bytes uint64 }

// Start collects the garbage of the preparations and starts the clock.
func Start() Meter {
	runtime.GC()
	return Meter{before: allocations(), start: time.Now()}
}

// Stop ends the measurement of n operations.
func (m Meter) Stop(n int) Result {
	elapsed := time.Since(m.start)
	now := allocations()
	bytes := int64(now.bytes - m.before.bytes)
	return Result{N: n, Elapsed: elapsed, Allocs: int64(now.objects - m.before.objects), Allocated: &bytes}
}

func allocations() allocated {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return allocated{objects: stats.Mallocs, bytes: stats.TotalAlloc}
}
