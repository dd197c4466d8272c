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

// TestSoak tells long stories of three nodes with seeds nobody has chosen, one after
// the other. It accounts for all messages, and looks whether anything is left behind.
func TestSoak(t *testing.T) {
	stories, sum := 0, account{}
	story := func() {
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		synctest.Test(t, func(t *testing.T) { sum.add(tellStory(t, seed, 3, 30)) })
		stories++
	}
	story() // for what is made once
	goroutines, heap := goruntime.NumGoroutine(), heapBytes()
	for end := time.Now().Add(*soakFor); time.Now().Before(end); {
		story()
	}
	t.Logf("%d stories: %d messages sent, %d delivered, %d lost and reported", stories, sum.sent, sum.delivered, sum.reported)
	require.Positive(t, sum.reported)
	require.LessOrEqual(t, goruntime.NumGoroutine(), goroutines)
	require.Less(t, heapBytes(), heap+(4<<20))
}
