package mailbox_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
)

func TestNotify_CallsOnceForAMessage(t *testing.T) {
	bothKinds(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		calls := 0
		require.True(t, box.Notify(func() { calls++ }))
		require.Zero(t, calls)
		sendAll(t, box, 1, 2)
		require.Equal(t, 1, calls)
		require.Equal(t, []int{1, 2}, receiveAll(t, box))
	})
}

func TestNotify_CallsForClose(t *testing.T) {
	bothKinds(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		calls := 0
		require.True(t, box.Notify(func() { calls++ }))
		box.Close()
		require.Equal(t, 1, calls)
		require.False(t, box.Notify(func() { calls++ }), "it is closed: there is nothing to wait for")
		require.Equal(t, 1, calls)
	})
}

func TestNotify_SaysWhenThereIsMail(t *testing.T) {
	bothKinds(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		fail := func() { t.Error("called") }
		sendAll(t, box, 1, 2)
		require.False(t, box.Notify(fail))
		require.Equal(t, 1, must(box.Recv()))
		require.False(t, box.Notify(fail), "one is left")
		_, err := box.TryRecvMatch(none)
		require.Equal(t, mailbox.ErrEmpty, err)
		require.False(t, box.Notify(fail), "one was refused")
		require.Equal(t, 2, must(box.Recv()))
	})
}

func TestNotify_CallbackMayReceive(t *testing.T) {
	bothKinds(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		var got []int
		var next func()
		next = func() {
			got = append(got, must(box.Recv()))
			require.True(t, box.Notify(next))
		}
		require.True(t, box.Notify(next))
		sendAll(t, box, 1, 2, 3)
		require.Equal(t, []int{1, 2, 3}, got)
	})
}

func TestNotify_SecondTakesThePlaceOfTheFirst(t *testing.T) {
	var box mailbox.Mailbox[int]
	calls := 0
	require.True(t, box.Notify(func() { t.Error("called") }))
	require.True(t, box.Notify(func() { calls++ }))
	sendAll(t, &box, 1)
	require.Equal(t, 1, calls)
}

func TestNotify_ReceiverThatWaitsTakesItsPlace(t *testing.T) {
	inBubbles(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		require.True(t, box.Notify(func() { t.Error("called") }))
		after(t, time.Second, box, 1)
		require.Equal(t, 1, must(box.Recv()))
	})
}

func TestNotify_LateEndOfAWaitIsNoMail(t *testing.T) {
	bothKinds(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		calls := 0
		require.True(t, box.Notify(func() { calls++ }))
		box.Disturb()
		require.Zero(t, calls)
		sendAll(t, box, 1)
		require.Equal(t, 1, calls)
	})
}

func TestRecv_LateEndOfAnotherWaitDoesNotEndIt(t *testing.T) {
	inBubbles(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		got := make(chan int, 1)
		go func() { got <- must(box.Recv()) }()
		for range 3 {
			synctest.Wait()
			box.Disturb()
		}
		sendAll(t, box, 1)
		require.Equal(t, 1, <-got)
	})
}
