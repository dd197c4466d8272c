package mailbox_test

import (
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
)

func TestEvent_EndsOneWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var event mailbox.Event
		waits := make(chan struct{})
		returned := 0
		go func() {
			for range waits {
				event.Wait()
				returned++
			}
		}()
		event.Happen()
		event.Happen()
		waits <- struct{}{}
		synctest.Wait()
		require.Equal(t, 1, returned, "it has happened before")
		waits <- struct{}{}
		synctest.Wait()
		require.Equal(t, 1, returned, "twice is once, for who has not waited")
		event.Happen()
		synctest.Wait()
		require.Equal(t, 2, returned)
		close(waits)
	})
}

// Two goroutines wait for each other in turns, and what one wrote the other reads.
func TestEvent_HandsOverWhatWasWritten(t *testing.T) {
	const rounds = 20_000
	var there, back mailbox.Event
	n := 0
	var other sync.WaitGroup
	other.Go(func() {
		for range rounds {
			there.Wait()
			n++
			back.Happen()
		}
	})
	for i := range rounds {
		n++
		there.Happen()
		back.Wait()
		require.Equal(t, 2*i+2, n)
	}
	other.Wait()
}

// However many make it happen at once, nobody waits in vain, and nobody is woken who
// waits for something else by then.
func TestEvent_ConcurrentSafe(t *testing.T) {
	const rounds, happeners = 3000, 4
	for range rounds {
		var event mailbox.Event
		var all sync.WaitGroup
		for range happeners {
			all.Go(event.Happen)
		}
		event.Wait()
		all.Wait()
	}
}
