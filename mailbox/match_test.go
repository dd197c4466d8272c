package mailbox_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
)

// bothKinds runs test with an unbounded mailbox and with one that is bounded and
// never full.
func bothKinds(t *testing.T, test func(t *testing.T, box *mailbox.Mailbox[int])) {
	t.Run("unbounded", func(t *testing.T) { test(t, new(mailbox.Mailbox[int])) })
	t.Run("bounded", func(t *testing.T) {
		test(t, mailbox.New(mailbox.Config[int]{Capacity: 1 << 20, Exempt: negative}))
	})
}

func equals(want int) func(int) bool { return func(v int) bool { return v == want } }

func TestRecvMatch_TakesTheOldestMatchAndKeepsTheRestInOrder(t *testing.T) {
	bothKinds(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		sendAll(t, box, 1, 2, -3, 4, 5, -6)
		even := func(v int) bool { return v%2 == 0 }
		for _, want := range []int{2, 4, -6} {
			v, err := box.TryRecvMatch(even)
			require.NoError(t, err)
			require.Equal(t, want, v)
		}
		_, err := box.TryRecvMatch(even)
		require.Equal(t, mailbox.ErrEmpty, err)
		require.Equal(t, []int{1, -3, 5}, receiveAll(t, box))
	})
}

// Chunks are emptied in the middle, at the end and at the front, in this order.
func TestRecvMatch_EmptiesChunksAnywhere(t *testing.T) {
	bothKinds(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		const n = 1000
		sendAll(t, box, upTo(n)...)
		take := func(from, to int) {
			for want := from; want < to; want++ {
				v, err := box.TryRecvMatch(func(v int) bool { return v >= from })
				require.NoError(t, err)
				require.Equal(t, want, v)
			}
		}
		take(300, 800)
		take(900, n)
		take(0, 200)
		sendAll(t, box, n, n+1)
		require.NoError(t, box.Check())
		want := append(upTo(300)[200:], upTo(900)[800:]...)
		require.Equal(t, len(want)+2, box.Len())
		require.Equal(t, append(want, n, n+1), receiveAll(t, box))
	})
}

func TestRecvMatch_LooksAtEachMessageOnceHoweverLongItWaits(t *testing.T) {
	bothKinds(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		synctest.Test(t, func(t *testing.T) {
			sendAll(t, box, upTo(1000)...)
			calls := 0
			result := make(chan int, 1)
			go func() {
				v, _ := box.RecvMatch(func(v int) bool {
					calls++
					return v == 1100
				})
				result <- v
			}()
			for i := range 101 {
				synctest.Wait() // it has refused all that there is, and waits
				sendAll(t, box, 1000+i)
			}
			require.Equal(t, 1100, <-result)
			require.Equal(t, 1101, calls)
			require.Equal(t, upTo(1100), receiveAll(t, box))
		})
	})
}

// What a match sends itself arrives, but does not hold a receiver that is not to
// wait.
func TestTryRecvMatch_FloodDoesNotHoldIt(t *testing.T) {
	bothKinds(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		sendAll(t, box, 0)
		calls := 0
		_, err := box.TryRecvMatch(func(v int) bool {
			calls++
			sendAll(t, box, v+1)
			return false
		})
		require.Equal(t, mailbox.ErrEmpty, err)
		require.Equal(t, 1, calls)
		require.Equal(t, []int{0, 1}, receiveAll(t, box))
	})
}

func TestRecvMatch_MatchMayUseTheMailboxButNotReceive(t *testing.T) {
	bothKinds(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		sendAll(t, box, 1)
		v, err := box.RecvMatch(func(v int) bool {
			if v == 1 {
				require.Equal(t, 1, box.Len())
				_, err := box.TryRecv()
				require.Equal(t, mailbox.ErrConcurrentReceive, err)
				sendAll(t, box, 2)
				box.Close()
			}
			return v == 2
		})
		require.NoError(t, err)
		require.Equal(t, 2, v)
		require.Equal(t, []int{1}, receiveAll(t, box))
	})
}

func TestRecvMatch_NilMatchPanicsAtOnce(t *testing.T) {
	bothKinds(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		for _, receive := range []func(){
			func() { _, _ = box.RecvMatch(nil) },
			func() { _, _ = box.TryRecvMatch(nil) },
			func() { _, _ = box.RecvMatchTimeout(nil, time.Hour) },
			func() { _, _ = box.RecvMatchContext(context.Background(), nil) },
		} {
			require.PanicsWithValue(t, "mailbox: match is nil", receive)
		}
		_, err := box.TryRecv()
		require.Equal(t, mailbox.ErrEmpty, err, "nobody is receiving")
	})
}

func TestRecvMatch_PanicInMatchLosesNothing(t *testing.T) {
	bothKinds(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		sendAll(t, box, 1, -2, 3, 4)
		require.PanicsWithValue(t, "at 3", func() {
			_, _ = box.RecvMatch(func(v int) bool {
				if v == 3 {
					panic("at 3")
				}
				return false
			})
		})
		require.NoError(t, box.Check())
		require.Equal(t, []int{1, -2, 3, 4}, receiveAll(t, box))
	})
}

func TestRecvMatch_GoexitInMatchLosesNothing(t *testing.T) {
	bothKinds(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		sendAll(t, box, 1, 2)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_, _ = box.RecvMatch(func(v int) bool {
				if v == 2 {
					runtime.Goexit()
				}
				return false
			})
		}()
		<-ended
		require.Equal(t, []int{1, 2}, receiveAll(t, box))
	})
}
