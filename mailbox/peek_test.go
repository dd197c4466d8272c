package mailbox_test

import (
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
)

func TestPeek_ShowsTheOldestAndLeavesThem(t *testing.T) {
	eachMailbox(t, func(t *testing.T, m *mailbox.Mailbox[int]) {
		for i := range 60 {
			require.NoError(t, m.TrySend(i))
		}
		v, err := m.Recv() // takes over what is there
		require.NoError(t, err)
		require.Zero(t, v)
		require.NoError(t, m.TrySend(60))
		for _, n := range []int{0, 1, 30, 60, 1000} {
			seen, whole := m.Peek(n)
			require.True(t, whole)
			require.Len(t, seen, min(n, 60))
			for i, v := range seen {
				require.Equal(t, i+1, v)
			}
		}
		require.NoError(t, m.Check())
		require.Equal(t, 60, m.Len())
	})
}

func TestPeek_SeesWhatAWaitingReceiverHasLeft(t *testing.T) {
	eachMailbox(t, func(t *testing.T, m *mailbox.Mailbox[int]) {
		done := make(chan error, 1)
		go func() { // ends with the mailbox
			_, err := m.RecvMatch(func(int) bool { return false })
			done <- err
		}()
		for i := range 3 {
			sendAll(t, m, i)
			synctest.Wait()
		}
		seen, whole := m.Peek(10)
		require.True(t, whole)
		require.Equal(t, []int{0, 1, 2}, seen)
		m.Close()
		require.ErrorIs(t, <-done, mailbox.ErrClosed)
	})
}

func TestPeek_OfWhatIsBeingLookedThroughIsNotWhole(t *testing.T) {
	m := mailbox.New(mailbox.Config[int]{})
	sendAll(t, m, 1, 2)
	_, err := m.TryRecvMatch(func(v int) bool {
		sendAll(t, m, 3)
		seen, whole := m.Peek(10)
		require.False(t, whole)
		require.Equal(t, []int{3}, seen)
		return true
	})
	require.NoError(t, err)
}

func TestPeek_ShowsABoundedMailboxInItsOrder(t *testing.T) {
	m := mailbox.New(mailbox.Config[int]{Capacity: 10, Exempt: func(v int) bool { return v%3 == 0 }})
	for i := range 9 {
		require.NoError(t, m.TrySend(i))
	}
	seen, whole := m.Peek(7)
	require.True(t, whole)
	require.Equal(t, []int{0, 1, 2, 3, 4, 5, 6}, seen)
	_, err := m.TryRecvMatch(func(v int) bool {
		if v < 4 {
			return false
		}
		seen, _ = m.Peek(10)
		return true
	})
	require.NoError(t, err)
	require.Len(t, seen, 9, "also what was put aside")
}

// Nobody who looks may make a receiver believe that there is another one.
func TestPeek_ConcurrentSafe(t *testing.T) {
	const messages = 20_000
	eachPlainMailbox(t, func(t *testing.T, m *mailbox.Mailbox[int]) {
		stop := make(chan struct{})
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						seen, _ := m.Peek(100)
						for i := 1; i < len(seen); i++ {
							if seen[i] <= seen[i-1] {
								panic("out of order")
							}
						}
					}
				}
			})
		}
		all.Go(func() {
			for i := range messages {
				for m.TrySend(i+1) != nil {
				}
			}
		})
		for want := 1; want <= messages; want++ {
			var v int
			var err error
			if want%5 == 0 {
				v, err = m.RecvMatch(func(int) bool { return true })
			} else {
				v, err = m.Recv()
			}
			require.NoError(t, err)
			require.Equal(t, want, v)
		}
		close(stop)
		all.Wait()
	})
}

// eachPlainMailbox runs a test outside of a bubble, where goroutines really run at once.
func eachPlainMailbox(t *testing.T, test func(t *testing.T, m *mailbox.Mailbox[int])) {
	for name, cfg := range map[string]mailbox.Config[int]{"unbounded": {}, "bounded": {Capacity: 1000, Policy: mailbox.Reject}} {
		t.Run(name, func(t *testing.T) { test(t, mailbox.New(cfg)) })
	}
}
