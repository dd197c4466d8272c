package mailbox_test

import (
	"runtime"
	"testing"
	"testing/synctest"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
)

// parcel is large enough not to share memory with others.
type parcel [1 << 10]byte

func TestDiscard_KeepsNothingAlive(t *testing.T) {
	for name, cfg := range map[string]mailbox.Config[*parcel]{
		"unbounded": {}, "bounded": {Capacity: 100}, "bounded, exempt": {Capacity: 1, Exempt: func(*parcel) bool { return true }},
	} {
		t.Run(name, func(t *testing.T) {
			box := mailbox.New(cfg)
			sent := fill(t, box)
			_, err := box.TryRecv() // takes over what is there
			require.NoError(t, err)
			_, err = box.TryRecvMatch(func(*parcel) bool { return false }) // puts all aside
			require.ErrorIs(t, err, mailbox.ErrEmpty)
			require.NoError(t, box.TrySend(new(parcel)))
			box.Discard()
			box.Discard()
			runtime.GC()
			for _, l := range sent {
				require.Nil(t, l.Value())
			}
			require.Zero(t, box.Len())
			require.ErrorIs(t, box.TrySend(new(parcel)), mailbox.ErrClosed)
			_, err = box.Recv()
			require.ErrorIs(t, err, mailbox.ErrClosed)
		})
	}
}

func fill(t *testing.T, box *mailbox.Mailbox[*parcel]) (sent []weak.Pointer[parcel]) {
	for range 40 {
		l := new(parcel)
		sent = append(sent, weak.Make(l))
		require.NoError(t, box.TrySend(l))
	}
	return sent
}

func TestDiscard_EndsEveryWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box, full := mailbox.New(mailbox.Config[int]{}), mailbox.New(mailbox.Config[int]{Capacity: 1})
		require.NoError(t, full.TrySend(1))
		results := make(chan error, 2) // one for each of the two below
		go func() { _, err := box.Recv(); results <- err }()
		go func() { results <- full.Send(t.Context(), 2) }()
		synctest.Wait()
		box.Discard()
		full.Discard()
		for range 2 {
			require.ErrorIs(t, <-results, mailbox.ErrClosed)
		}
	})
}

func TestDiscard_DuringASearch(t *testing.T) {
	for _, capacity := range []int{0, 10} {
		box := mailbox.New(mailbox.Config[int]{Capacity: capacity})
		for i := range 5 {
			require.NoError(t, box.TrySend(i))
		}
		_, err := box.RecvMatch(func(i int) bool {
			if i == 2 {
				box.Discard()
			}
			return false
		})
		require.ErrorIs(t, err, mailbox.ErrClosed)
		box.Discard()
		require.Zero(t, box.Len())
		_, err = box.TryRecv()
		require.ErrorIs(t, err, mailbox.ErrClosed)
	}
}
