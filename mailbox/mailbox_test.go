package mailbox_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
)

// sendAll queues values, which must not have to wait.
func sendAll[T any](t *testing.T, box *mailbox.Mailbox[T], values ...T) {
	t.Helper()
	for _, v := range values {
		require.NoError(t, box.TrySend(v))
	}
}

// receiveAll takes out all that is queued.
func receiveAll[T any](t *testing.T, box *mailbox.Mailbox[T]) (all []T) {
	t.Helper()
	for {
		v, err := box.TryRecv()
		if err != nil {
			require.Contains(t, []error{mailbox.ErrEmpty, mailbox.ErrClosed}, err)
			return all
		}
		all = append(all, v)
	}
}

// upTo returns 0, 1, … n-1.
func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func TestMailbox_ZeroValueIsReadyAndUnbounded(t *testing.T) {
	var box mailbox.Mailbox[int]
	for i := range 10_000 {
		require.NoError(t, box.Send(context.Background(), i))
	}
	require.Equal(t, upTo(10_000), receiveAll(t, &box))
}

func TestMailbox_InitMakesAPartOfAnotherStructBounded(t *testing.T) {
	var process struct{ box mailbox.Mailbox[int] }
	process.box.Init(mailbox.Config[int]{Capacity: 1, Policy: mailbox.Reject})
	sendAll(t, &process.box, 1)
	require.Equal(t, mailbox.ErrMailboxFull, process.box.TrySend(2))
}

func TestNew_MisusePanics(t *testing.T) {
	for what, cfg := range map[string]mailbox.Config[int]{
		"mailbox: negative capacity -1":                  {Capacity: -1},
		"mailbox: unknown policy 4":                      {Capacity: 1, Policy: 4},
		`mailbox: policy "reject" needs a capacity`:      {Policy: mailbox.Reject},
		`mailbox: policy "drop oldest" needs a capacity`: {Policy: mailbox.DropOldest},
		`mailbox: policy "drop newest" needs a capacity`: {Policy: mailbox.DropNewest},
	} {
		require.PanicsWithValue(t, what, func() { mailbox.New(cfg) })
		require.PanicsWithValue(t, what, func() { new(mailbox.Mailbox[int]).Init(cfg) })
	}
}

func TestPolicy_HasAName(t *testing.T) {
	require.Equal(t, "block", mailbox.Block.String())
	require.Equal(t, "drop oldest", mailbox.DropOldest.String())
	require.Equal(t, "Policy(9)", mailbox.Policy(9).String())
}

func TestMailbox_CountsWhatIsQueuedAndTaken(t *testing.T) {
	var box mailbox.Mailbox[int]
	sendAll(t, &box, upTo(5)...)
	_, _ = box.Recv()
	_, _ = box.RecvMatch(func(v int) bool { return v == 3 })
	require.Equal(t, 3, box.Len())
	require.EqualValues(t, 2, box.Taken())
}

// The number of messages ever queued is kept modulo 2^32.
func TestMailbox_CountsOnWhereCountersWrap(t *testing.T) {
	var box mailbox.Mailbox[int]
	const before uint64 = 1<<32 - 2
	box.StartAt(before)
	for i := range 5 {
		require.Equal(t, i, box.Len())
		sendAll(t, &box, i)
	}
	for i := range 5 {
		require.Equal(t, 5-i, box.Len())
		_, _ = box.Recv()
		require.Equal(t, before+uint64(i)+1, box.Taken())
	}
	require.Zero(t, box.Len())
}

func TestClose_KeepsWhatIsQueuedReceivable(t *testing.T) {
	for name, box := range map[string]*mailbox.Mailbox[int]{
		"unbounded": {},
		"bounded":   mailbox.New(mailbox.Config[int]{Capacity: 3}),
	} {
		t.Run(name, func(t *testing.T) {
			sendAll(t, box, 0, 1, 2)
			require.False(t, box.IsClosed())
			box.Close()
			box.Close() // does nothing
			require.True(t, box.Sender().IsClosed())
			require.Equal(t, mailbox.ErrClosed, box.Send(context.Background(), 3))
			require.Equal(t, mailbox.ErrClosed, box.TrySend(3))

			v, err := box.RecvMatch(func(v int) bool { return v == 1 })
			require.NoError(t, err)
			require.Equal(t, 1, v)
			_, err = box.RecvMatch(func(int) bool { return false })
			require.Equal(t, mailbox.ErrClosed, err)
			require.Equal(t, []int{0, 2}, receiveAll(t, box))

			for _, err := range receiveErrors(box) {
				require.Equal(t, mailbox.ErrClosed, err)
			}
		})
	}
}

// receiveErrors calls each method that receives.
func receiveErrors(box *mailbox.Mailbox[int]) (errs []error) {
	collect := func(_ int, err error) { errs = append(errs, err) }
	all := func(int) bool { return true }
	ctx := context.Background()
	collect(box.Recv())
	collect(box.TryRecv())
	collect(box.RecvTimeout(1))
	collect(box.RecvContext(ctx))
	collect(box.RecvMatch(all))
	collect(box.TryRecvMatch(all))
	collect(box.RecvMatchTimeout(all, 1))
	collect(box.RecvMatchContext(ctx, all))
	return errs
}

func TestClose_WakesAReceiverThatWaits(t *testing.T) {
	for name, recv := range map[string]func(*mailbox.Mailbox[int]) (int, error){
		"Recv":      (*mailbox.Mailbox[int]).Recv,
		"RecvMatch": func(b *mailbox.Mailbox[int]) (int, error) { return b.RecvMatch(func(int) bool { return true }) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var box mailbox.Mailbox[int]
				result := make(chan error, 1)
				go func() {
					_, err := recv(&box)
					result <- err
				}()
				synctest.Wait()
				box.Close()
				require.Equal(t, mailbox.ErrClosed, <-result)
			})
		})
	}
}

func TestMailbox_SecondReceiverIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var box mailbox.Mailbox[int]
		result := make(chan int, 1)
		go func() {
			v, _ := box.Recv()
			result <- v
		}()
		synctest.Wait()
		for _, err := range receiveErrors(&box) {
			require.Equal(t, mailbox.ErrConcurrentReceive, err)
		}
		require.PanicsWithValue(t, "mailbox: Notify during a receive", func() { box.Notify(func() {}) })

		sendAll(t, &box, 7) // the first one is none the worse
		require.Equal(t, 7, <-result)
	})
}

func TestSender_IsTheSendingHalf(t *testing.T) {
	var box, other mailbox.Mailbox[int]
	s := box.Sender()
	require.NoError(t, s.Send(context.Background(), 1))
	require.NoError(t, s.TrySend(2))
	require.Equal(t, []int{1, 2}, receiveAll(t, &box))
	require.True(t, s == box.Sender())
	require.False(t, s == other.Sender())
}

// TestNew_KeepsSendersAndReceiverApart holds where the allocator puts 128 bytes at a
// multiple of 128, as Go's does.
func TestNew_KeepsSendersAndReceiverApart(t *testing.T) {
	if ^uint(0)>>32 == 0 {
		return // its size is another one
	}
	for range 100 {
		senders, receiver := mailbox.New(mailbox.Config[int]{}).Lines()
		require.NotEqual(t, senders, receiver)
	}
}
