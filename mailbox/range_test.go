package mailbox_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
)

func TestAll_EndsWithTheMailbox(t *testing.T) {
	eachMailbox(t, func(t *testing.T, m *mailbox.Mailbox[int]) {
		sendAll(t, m, 1, 2, 3)
		m.Close()
		var got []int
		for v := range m.All(t.Context()) {
			got = append(got, v)
		}
		require.Equal(t, []int{1, 2, 3}, got)
	})
}

func TestAll_LoopThatIsLeftLeavesTheRest(t *testing.T) {
	eachMailbox(t, func(t *testing.T, m *mailbox.Mailbox[int]) {
		sendAll(t, m, 1, 2, 3)
		for v := range m.All(t.Context()) {
			require.Equal(t, 1, v)
			break
		}
		require.Equal(t, []int{2, 3}, receiveAll(t, m))
	})
}

func TestAll_EndsWithItsContext(t *testing.T) {
	eachMailbox(t, func(t *testing.T, m *mailbox.Mailbox[int]) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		sendAll(t, m, 1, 2)
		for v := range m.All(ctx) {
			require.Equal(t, 1, v)
			cancel()
		}
		require.Equal(t, []int{2}, receiveAll(t, m))
	})
}

func TestChan_HasAllMessagesAndCloses(t *testing.T) {
	eachMailbox(t, func(t *testing.T, m *mailbox.Mailbox[int]) {
		messages := m.Chan(t.Context())
		for i := range 50 {
			require.NoError(t, m.TrySend(i))
		}
		m.Close()
		want := 0
		for v := range messages {
			require.Equal(t, want, v)
			want++
		}
		require.Equal(t, 50, want)
	})
}

func TestChan_PutsBackWhatWasNotRead(t *testing.T) {
	eachMailbox(t, func(t *testing.T, m *mailbox.Mailbox[int]) {
		for range 3 { // again and again
			ctx, cancel := context.WithCancel(t.Context())
			messages := m.Chan(ctx)
			sendAll(t, m, 1, 2, 3)
			require.Equal(t, 1, <-messages)
			synctest.Wait() // it has 2 in hand
			require.Equal(t, 1, m.Len())
			cancel()
			synctest.Wait()
			_, open := <-messages
			require.False(t, open)
			require.Equal(t, 2, m.Len())
			require.NoError(t, m.Check())
			v, err := m.Recv() // waits for nothing
			require.NoError(t, err)
			require.Equal(t, 2, v)
			require.Equal(t, []int{3}, receiveAll(t, m))
		}
	})
}

func TestChan_PutsBackIntoAFullMailbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := mailbox.New(mailbox.Config[int]{Capacity: 1, Policy: mailbox.DropOldest})
		ctx, cancel := context.WithCancel(t.Context())
		messages := m.Chan(ctx)
		sendAll(t, m, 1)
		synctest.Wait() // it has 1 in hand
		sendAll(t, m, 2)
		cancel()
		synctest.Wait()
		_, open := <-messages
		require.False(t, open)
		require.NoError(t, m.Check())
		require.Equal(t, []int{1, 2}, receiveAll(t, m))
	})
}

func TestChan_PutsNothingBackAfterDiscard(t *testing.T) {
	eachMailbox(t, func(t *testing.T, m *mailbox.Mailbox[int]) {
		ctx, cancel := context.WithCancel(t.Context())
		messages := m.Chan(ctx)
		sendAll(t, m, 1)
		synctest.Wait()
		m.Discard()
		cancel()
		synctest.Wait()
		_, open := <-messages
		require.False(t, open)
		_, err := m.TryRecv()
		require.ErrorIs(t, err, mailbox.ErrClosed)
	})
}
