package mailbox_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
)

// eachMailbox runs a test with an unbounded mailbox and with a bounded one.
func eachMailbox(t *testing.T, test func(t *testing.T, m *mailbox.Mailbox[int])) {
	for name, cfg := range map[string]mailbox.Config[int]{"unbounded": {}, "bounded": {Capacity: 100}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, mailbox.New(cfg)) })
		})
	}
}

func TestInterrupt_EndsTheWaitThatIsMeant(t *testing.T) {
	eachMailbox(t, func(t *testing.T, m *mailbox.Mailbox[int]) {
		go func() { // ends with its calls
			synctest.Wait()
			m.Interrupt()
		}()
		_, err := m.RecvInterruptible()
		require.ErrorIs(t, err, mailbox.ErrInterrupted)

		m.Interrupt()
		_, err = m.RecvInterruptible()
		require.ErrorIs(t, err, mailbox.ErrInterrupted, "one that came before")
	})
}

func TestInterrupt_IsNoMessage(t *testing.T) {
	eachMailbox(t, func(t *testing.T, m *mailbox.Mailbox[int]) {
		m.Interrupt()
		require.Zero(t, m.Len())
		_, err := m.TryRecv()
		require.ErrorIs(t, err, mailbox.ErrEmpty)
		_, err = m.RecvTimeout(time.Second)
		require.ErrorIs(t, err, mailbox.ErrTimeout)
		_, err = m.TryRecvMatch(func(int) bool { return true })
		require.ErrorIs(t, err, mailbox.ErrEmpty)

		go func() { // ends with its calls
			for i := range 3 {
				synctest.Wait()
				m.Interrupt()
				synctest.Wait()
				require.NoError(t, m.TrySend(i))
			}
		}()
		v, err := m.Recv()
		require.NoError(t, err)
		require.Equal(t, 0, v)
		v, err = m.RecvMatch(func(v int) bool { return v == 2 })
		require.NoError(t, err)
		require.Equal(t, 2, v)
	})
}

func TestInterrupt_MessagesComeFirst(t *testing.T) {
	eachMailbox(t, func(t *testing.T, m *mailbox.Mailbox[int]) {
		m.Interrupt()
		for i := range 3 {
			require.NoError(t, m.TrySend(i))
		}
		for i := range 3 {
			v, err := m.RecvInterruptible()
			require.NoError(t, err)
			require.Equal(t, i, v)
		}
		_, err := m.RecvInterruptible()
		require.ErrorIs(t, err, mailbox.ErrInterrupted)
		m.Close()
		_, err = m.RecvInterruptible()
		require.ErrorIs(t, err, mailbox.ErrClosed)
	})
}

func TestInterrupt_IsMailToNotify(t *testing.T) {
	eachMailbox(t, func(t *testing.T, m *mailbox.Mailbox[int]) {
		notified := 0
		require.True(t, m.Notify(func() { notified++ }))
		m.Interrupt()
		require.Equal(t, 1, notified)
		require.False(t, m.Notify(func() { notified++ }), "it has not been seen yet")
		require.True(t, m.Notify(func() { notified++ }))
	})
}

func TestInterrupt_LosesNoMessageConcurrentSafe(t *testing.T) {
	m := mailbox.New(mailbox.Config[int]{})
	const n = 20_000
	go func() { // ends after n messages
		for i := range n {
			m.Interrupt()
			_ = m.TrySend(i)
		}
	}()
	for want := 0; want < n; {
		v, err := m.RecvInterruptible()
		if err == nil {
			require.Equal(t, want, v)
			want++
		} else {
			require.ErrorIs(t, err, mailbox.ErrInterrupted)
		}
	}
}
