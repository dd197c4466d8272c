package mailbox_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
)

func TestMailbox_ReceivesInOrder(t *testing.T) {
	var box mailbox.Mailbox[int]
	for i := range 1000 {
		require.NoError(t, box.Send(context.Background(), i))
	}
	require.Equal(t, 1000, box.Len())
	for i := range 1000 {
		v, err := box.Recv()
		require.NoError(t, err)
		require.Equal(t, i, v)
	}
	_, err := box.TryRecv()
	require.ErrorIs(t, err, mailbox.ErrEmpty)
	_, err = box.RecvTimeout(time.Millisecond)
	require.ErrorIs(t, err, mailbox.ErrTimeout)
}
