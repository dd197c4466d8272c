package remote_test

import (
	"flag"
	"math/rand/v2"
	goruntime "runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

var soakFor = flag.Duration("soak", 2*time.Second, "how long TestSoak goes on")

// TestSoak tells stories with seeds nobody has chosen, one after the other, and
// looks whether they leave anything behind.
func TestSoak(t *testing.T) {
	story := func() {
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		synctest.Test(t, func(t *testing.T) { tellStory(t, seed) })
	}
	story() // for what is made once
	goroutines, heap := goruntime.NumGoroutine(), heapBytes()
	for end := time.Now().Add(*soakFor); time.Now().Before(end); {
		story()
	}
	require.LessOrEqual(t, goruntime.NumGoroutine(), goroutines)
	require.Less(t, heapBytes(), heap+(4<<20))
}
