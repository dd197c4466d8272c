//go:build !race

package runtime_test

import (
	goruntime "runtime"
	"runtime/metrics"
	"testing"

	"github.com/stretchr/testify/require"
)

// The race detector has larger frames, so this test is not built with it.

// A parked process must not need more than the 2 KiB with which a goroutine starts:
// one frame too many on the way to the mailbox doubles that, for each of a million.
func TestIdleProcess_KeepsItsFirstStack(t *testing.T) {
	const processes = 20_000
	rt := start(t)
	goruntime.GC() // stacks of goroutines that have ended are given back
	before := stackBytes()
	for range processes {
		_, err := rt.Spawn(idle)
		must(t, err)
	}
	for parked := 0; parked < processes; { // all have gone as deep as they will
		parked = 0
		for s := range rt.Processes() {
			if s.QueueLen == 0 && s.Age > 0 {
				parked++
			}
		}
		goruntime.Gosched()
	}
	each := float64(stackBytes()-before) / processes
	require.InDelta(t, 2048, each, 256, "bytes of stack of an idle process")
}

func stackBytes() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/stacks:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
