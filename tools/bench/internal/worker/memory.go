package worker

import (
	"fmt"
	"os"
	"runtime/debug"
)

// Resident is the physical memory that this process holds, in bytes, after
// everything that is garbage has gone back to the operating system. It reads
// /proc, so it works on Linux alone.
func Resident() (int64, error) {
	debug.FreeOSMemory()
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, fmt.Errorf("read resident memory: %w", err)
	}
	var size, resident int64
	if _, err := fmt.Sscan(string(data), &size, &resident); err != nil {
		return 0, fmt.Errorf("parse resident memory: %w", err)
	}
	return resident * int64(os.Getpagesize()), nil
}

// Weigh is the growth of the resident memory while fill runs.
func Weigh(n int, fill func() error) (Result, error) {
	before, err := Resident()
	if err != nil {
		return Result{}, err
	}
	meter := Start()
	if err := fill(); err != nil {
		return Result{}, err
	}
	result := meter.Stop(n)
	after, err := Resident()
	result.Bytes = after - before
	return result, err
}
