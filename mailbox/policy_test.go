package mailbox_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
)

var errGaveUp = errors.New("gave up")

func negative(v int) bool { return v < 0 }

// bounded returns a mailbox that exempts negative numbers, and what it dropped.
func bounded(capacity int, policy mailbox.Policy) (box *mailbox.Mailbox[int], dropped *[]int) {
	dropped = new([]int)
	return mailbox.New(mailbox.Config[int]{
		Capacity: capacity,
		Policy:   policy,
		Exempt:   negative,
		OnDrop:   func(v int) { *dropped = append(*dropped, v) },
	}), dropped
}

func TestPolicy_WhenFull(t *testing.T) {
	for _, c := range []struct {
		policy  mailbox.Policy
		err     error
		dropped []int
		queued  []int
	}{
		{mailbox.Block, mailbox.ErrMailboxFull, nil, []int{0, 1, 2}}, // TrySend does not wait
		{mailbox.Reject, mailbox.ErrMailboxFull, nil, []int{0, 1, 2}},
		{mailbox.DropNewest, nil, []int{3, 4}, []int{0, 1, 2}},
		{mailbox.DropOldest, nil, []int{0, 1}, []int{2, 3, 4}},
	} {
		t.Run(c.policy.String(), func(t *testing.T) {
			box, dropped := bounded(3, c.policy)
			sendAll(t, box, 0, 1, 2)
			require.Equal(t, c.err, box.TrySend(3))
			require.Equal(t, c.err, box.TrySend(4))
			require.Equal(t, 3, box.Len())
			require.Equal(t, c.dropped, *dropped)
			require.NoError(t, box.Check())
			require.Equal(t, c.queued, receiveAll(t, box))
			require.EqualValues(t, 3, box.Taken())
			sendAll(t, box, 5) // there is room again
		})
	}
}

func TestPolicy_ExemptMessagesAreNeverRefusedAndDoNotCount(t *testing.T) {
	for _, policy := range []mailbox.Policy{mailbox.Block, mailbox.Reject, mailbox.DropNewest, mailbox.DropOldest} {
		t.Run(policy.String(), func(t *testing.T) {
			box, dropped := bounded(2, policy)
			sendAll(t, box, -1, 0, -2, 1, -3)
			require.Empty(t, *dropped)
			require.Equal(t, 5, box.Len())
			_ = box.TrySend(2)
			sendAll(t, box, -4)
			var exempt []int
			for _, v := range receiveAll(t, box) {
				if negative(v) {
					exempt = append(exempt, v)
				}
			}
			require.Equal(t, []int{-1, -2, -3, -4}, exempt)
		})
	}
}

// The messages that are dropped stood between exempt ones, a whole chunk of them.
func TestDropOldest_DropsFromBetweenExemptMessages(t *testing.T) {
	box, dropped := bounded(16, mailbox.DropOldest)
	sendAll(t, box, -1, -2)
	sendAll(t, box, upTo(300)...)
	require.NoError(t, box.Check())
	require.Equal(t, upTo(284), *dropped)
	require.Equal(t, append([]int{-1, -2}, upTo(300)[284:]...), receiveAll(t, box))
}

func TestDropOldest_DropsWhatASelectiveReceiveHasRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box, dropped := bounded(2, mailbox.DropOldest)
		sendAll(t, box, 1, 2)
		reply := make(chan int, 1)
		go func() {
			v, _ := box.RecvMatch(func(v int) bool { return v == 100 })
			reply <- v
		}()
		synctest.Wait() // it has refused both, and the mailbox is full of them
		sendAll(t, box, 3, 100)
		require.Equal(t, 100, <-reply)
		require.Equal(t, []int{1, 2}, *dropped)
		require.Equal(t, []int{3}, receiveAll(t, box))
	})
}

// A message is dropped in the moment in which the receiver looks at it. It is not
// received as well, even if it matches, and the receiver goes on with the next.
func TestDropOldest_DropsWhatIsBeingLookedAt(t *testing.T) {
	box, dropped := bounded(2, mailbox.DropOldest)
	sendAll(t, box, 1, 2)
	var asked []int
	v, err := box.RecvMatch(func(v int) bool {
		asked = append(asked, v)
		if v == 1 {
			sendAll(t, box, 3)
		}
		return true
	})
	require.NoError(t, err)
	require.Equal(t, 2, v)
	require.Equal(t, []int{1, 2}, asked)
	require.Equal(t, []int{1}, *dropped)
	require.Equal(t, []int{3}, receiveAll(t, box))
}

func TestPolicy_PanicInOnDropLeavesTheMailboxUsable(t *testing.T) {
	for _, policy := range []mailbox.Policy{mailbox.DropNewest, mailbox.DropOldest} {
		box := mailbox.New(mailbox.Config[int]{Capacity: 1, Policy: policy, OnDrop: func(int) { panic("on drop") }})
		sendAll(t, box, 1)
		require.PanicsWithValue(t, "on drop", func() { _ = box.TrySend(2) })
		require.Len(t, receiveAll(t, box), 1)
	}
}

// sendLater starts a send that has to wait, and returns its result to come.
func sendLater(ctx context.Context, box *mailbox.Mailbox[int], stop *atomic.Uint32, v int) <-chan error {
	result := make(chan error, 1)
	go func() { result <- box.SendUnless(ctx, stop, v) }()
	synctest.Wait()
	return result
}

func TestBlock_AdmitsSendersInTheOrderInWhichTheyCame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box, _ := bounded(1, mailbox.Block)
		sendAll(t, box, 0)
		var results []<-chan error
		for i := range 9 {
			results = append(results, sendLater(t.Context(), box, nil, i+1))
		}
		for i := range 10 {
			require.Equal(t, 1, box.Len())
			require.Equal(t, mailbox.ErrMailboxFull, box.TrySend(99), "nobody pushes in")
			v, err := box.Recv()
			require.NoError(t, err)
			require.Equal(t, i, v)
		}
		for _, result := range results {
			require.NoError(t, <-result)
		}
	})
}

func TestBlock_ExemptMessagesDoNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box, _ := bounded(1, mailbox.Block)
		sendAll(t, box, 0)
		waiting := sendLater(t.Context(), box, nil, 1)
		require.NoError(t, box.Send(t.Context(), -1))
		require.Equal(t, []int{0, -1, 1}, receiveAll(t, box))
		require.NoError(t, <-waiting)
	})
}

func TestBlock_GivesUpWhenTheContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box, _ := bounded(1, mailbox.Block)
		sendAll(t, box, 0)
		ctx, cancel := context.WithCancelCause(t.Context())
		first := sendLater(ctx, box, nil, 1)
		second := sendLater(t.Context(), box, nil, 2)
		cancel(errGaveUp)
		require.Equal(t, errGaveUp, <-first)
		require.Equal(t, errGaveUp, box.Send(ctx, 3), "it had ended before")
		require.Equal(t, []int{0, 2}, receiveAll(t, box), "what was given up never comes")
		require.NoError(t, <-second)
		require.NoError(t, box.Send(ctx, 4), "with room there is nothing to wait for")
	})
}

func TestBlock_CloseEndsTheWaitOfSenders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box, _ := bounded(1, mailbox.Block)
		sendAll(t, box, 0)
		first := sendLater(t.Context(), box, nil, 1)
		second := sendLater(context.Background(), box, nil, 2)
		box.Close()
		require.Equal(t, mailbox.ErrClosed, <-first)
		require.Equal(t, mailbox.ErrClosed, <-second)
		require.Equal(t, []int{0}, receiveAll(t, box))
	})
}

func TestBlock_SelectiveReceiveMakesRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box, _ := bounded(2, mailbox.Block)
		sendAll(t, box, 0, 1)
		waiting := sendLater(t.Context(), box, nil, 2)
		v, err := box.RecvMatch(func(v int) bool { return v == 1 })
		require.NoError(t, err)
		require.Equal(t, 1, v)
		require.NoError(t, <-waiting)
		require.Equal(t, []int{0, 2}, receiveAll(t, box))
	})
}

func TestSendUnless_QueuesNothingOfAStoppedSender(t *testing.T) {
	var stop atomic.Uint32
	for name, box := range map[string]*mailbox.Mailbox[int]{
		"unbounded": {},
		"bounded":   mailbox.New(mailbox.Config[int]{Capacity: 3}),
	} {
		t.Run(name, func(t *testing.T) {
			stop.Store(0)
			require.NoError(t, box.SendUnless(t.Context(), &stop, 1))
			stop.Store(1)
			require.Equal(t, mailbox.ErrStopped, box.SendUnless(t.Context(), &stop, 2))
			require.Equal(t, []int{1}, receiveAll(t, box))
			box.Close()
			require.Equal(t, mailbox.ErrClosed, box.SendUnless(t.Context(), &stop, 3), "closed comes first")
		})
	}
}

func TestSendUnless_StopReachesASenderThatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box, _ := bounded(1, mailbox.Block)
		sendAll(t, box, 0)
		var stop atomic.Uint32
		first := sendLater(t.Context(), box, &stop, 1)
		second := sendLater(t.Context(), box, nil, 2)
		stop.Store(1)
		require.Equal(t, []int{0, 2}, receiveAll(t, box))
		require.Equal(t, mailbox.ErrStopped, <-first)
		require.NoError(t, <-second)
	})
}

func TestSend_NilContextNeverWaits(t *testing.T) {
	box, _ := bounded(1, mailbox.Block)
	var never context.Context
	require.NoError(t, box.SendUnless(never, nil, 1))
	require.Equal(t, mailbox.ErrMailboxFull, box.SendUnless(never, nil, 2))
}
