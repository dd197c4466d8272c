package mailbox_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
)

// settlements is what a mailbox has told of messages that were left with it.
type settlements map[int]error

func (s settlements) of(v int) func(error) {
	return func(err error) { s[v] = err }
}

func leave(t *testing.T, m *mailbox.Mailbox[int], s settlements, v int) mailbox.Left[int] {
	t.Helper()
	left, err := m.Leave(v, s.of(v))
	require.NoError(t, err)
	return left
}

func TestLeave_WaitsInTurnAndTellsWhenItHasRoom(t *testing.T) {
	m, told := mailbox.New(mailbox.Config[int]{Capacity: 1}), settlements{}
	require.Nil(t, leave(t, m, told, 1).Waiting, "there is room")
	require.NotNil(t, leave(t, m, told, 2).Waiting)
	require.NotNil(t, leave(t, m, told, 3).Waiting)
	require.Empty(t, told)
	for want := 1; want <= 3; want++ {
		v, err := m.TryRecv()
		require.NoError(t, err)
		require.Equal(t, want, v)
	}
	require.Equal(t, settlements{2: nil, 3: nil}, told)
}

func TestLeave_ReturnsWhatThePolicyDrops(t *testing.T) {
	onDrop := func(int) { require.Fail(t, "called by who must not run it") }
	for policy, want := range map[mailbox.Policy]int{mailbox.DropNewest: 2, mailbox.DropOldest: 1} {
		m := mailbox.New(mailbox.Config[int]{Capacity: 1, Policy: policy, OnDrop: onDrop})
		leave(t, m, nil, 1)
		left := leave(t, m, nil, 2)
		require.True(t, left.Drops)
		require.Equal(t, want, left.Dropped)
		require.Equal(t, 1, m.Len())
	}
}

func TestLeave_IsRefusedAsASendIs(t *testing.T) {
	m := mailbox.New(mailbox.Config[int]{Capacity: 1, Policy: mailbox.Reject})
	leave(t, m, nil, 1)
	_, err := m.Leave(2, nil)
	require.ErrorIs(t, err, mailbox.ErrMailboxFull)
	m.Close()
	_, err = m.Leave(3, nil)
	require.ErrorIs(t, err, mailbox.ErrClosed)
	require.ErrorIs(t, mailbox.New(mailbox.Config[int]{}).TrySend(1), nil)
}

func TestAdmit_GoesInBeyondTheBoundAndTellsWhenItIsReceived(t *testing.T) {
	m, told := mailbox.New(mailbox.Config[int]{Capacity: 1}), settlements{}
	leave(t, m, told, 1)
	second := leave(t, m, told, 2).Waiting
	third := leave(t, m, told, 3).Waiting
	m.Admit(third)
	m.Admit(third)
	require.Equal(t, 2, m.Len())
	require.Empty(t, told, "it takes memory until it is received")
	for _, want := range []int{1, 3, 2} { // 2 gets the room that 1 has left
		v, err := m.TryRecv()
		require.NoError(t, err)
		require.Equal(t, want, v)
	}
	require.Equal(t, settlements{2: nil, 3: nil}, told)
	m.Admit(second)
	require.Zero(t, m.Len(), "it waits no more")
}

func TestClose_SettlesWhatWasLeft(t *testing.T) {
	m, told := mailbox.New(mailbox.Config[int]{Capacity: 1}), settlements{}
	leave(t, m, told, 1)
	m.Admit(leave(t, m, told, 2).Waiting)
	leave(t, m, told, 3)
	m.Close()
	require.ErrorIs(t, told[2], mailbox.ErrClosed)
	require.ErrorIs(t, told[3], mailbox.ErrClosed)
	v, err := m.TryRecv()
	require.NoError(t, err)
	require.Equal(t, 1, v)
	v, err = m.TryRecv()
	require.NoError(t, err, "what is queued can still be received")
	require.Equal(t, 2, v)
}
