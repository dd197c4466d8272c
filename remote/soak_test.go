package remote_test

import (
	"flag"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

var soakFor = flag.Duration("soak", 2*time.Second, "how long TestSoak goes on")

// minStories is how many stories TestSoak tells on however slow a machine: in one of
// eight nobody ends who has mail.
const minStories = 12

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
	before, heap := goleak.IgnoreCurrent(), heapBytes()
	for end := time.Now().Add(*soakFor); stories < minStories || time.Now().Before(end); {
		story()
	}
	t.Logf("%d stories: of %d messages %d were received, %d lost with a connection, %d to who had ended",
		stories, sum.sent, sum.received, sum.lost, sum.orphaned)
	require.Positive(t, sum.lost)
	require.Positive(t, sum.orphaned)
	// Not a comparison of counts: the garbage collector starts goroutines of its own.
	goleak.VerifyNone(t, before)
	require.Less(t, heapBytes(), heap+(4<<20))
}
