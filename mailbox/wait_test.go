package mailbox_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
)

func none(int) bool { return false }

// inBubbles is bothKinds with a clock of its own for each.
func inBubbles(t *testing.T, test func(t *testing.T, box *mailbox.Mailbox[int])) {
	bothKinds(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		synctest.Test(t, func(t *testing.T) { test(t, box) })
	})
}

// takes asserts how long f takes.
func takes(t *testing.T, d time.Duration, f func()) {
	t.Helper()
	start := time.Now()
	f()
	require.Equal(t, d, time.Since(start))
}

// after sends v after d.
func after(t *testing.T, d time.Duration, box *mailbox.Mailbox[int], v int) {
	time.AfterFunc(d, func() { sendAll(t, box, v) })
}

func TestRecvTimeout_EndsAfterItsTime(t *testing.T) {
	inBubbles(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		for _, d := range []time.Duration{time.Second, 3 * time.Millisecond} {
			takes(t, d, func() {
				_, err := box.RecvTimeout(d)
				require.Equal(t, mailbox.ErrTimeout, err)
			})
			takes(t, d, func() {
				_, err := box.RecvMatchTimeout(none, d)
				require.Equal(t, mailbox.ErrTimeout, err)
			})
		}
	})
}

func TestRecvTimeout_OfNoTimeDoesNotWait(t *testing.T) {
	inBubbles(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		for _, d := range []time.Duration{0, -1, -time.Hour} {
			for _, queued := range []bool{false, true} {
				if queued {
					sendAll(t, box, 1)
				} else {
					takes(t, 0, func() {
						_, err := box.RecvTimeout(d)
						require.Equal(t, mailbox.ErrEmpty, err)
					})
				}
				takes(t, 0, func() {
					_, err := box.RecvMatchTimeout(none, d)
					require.Equal(t, mailbox.ErrEmpty, err)
					require.ErrorIs(t, err, mailbox.ErrTimeout, "for those who give what is left of a time")
				})
			}
			v, err := box.RecvTimeout(d)
			require.NoError(t, err)
			require.Equal(t, 1, v)
		}
	})
	require.NotErrorIs(t, mailbox.ErrTimeout, mailbox.ErrEmpty)
	require.NotErrorIs(t, mailbox.ErrEmpty, mailbox.ErrClosed)
}

func TestRecvTimeout_ReceivesWhatComesInTime(t *testing.T) {
	inBubbles(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		for i := range 3 { // the timer of the round before does not cut this one short
			after(t, 900*time.Millisecond, box, i)
			takes(t, 900*time.Millisecond, func() {
				v, err := box.RecvTimeout(time.Second)
				require.NoError(t, err)
				require.Equal(t, i, v)
			})
		}
	})
}

func TestRecvTimeout_LongestLimitIsNone(t *testing.T) {
	inBubbles(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		const forever = time.Duration(1<<63 - 1)
		for _, d := range []time.Duration{forever, forever - 1} {
			after(t, time.Hour, box, 1)
			v, err := box.RecvTimeout(d)
			require.NoError(t, err)
			require.Equal(t, 1, v)
		}
	})
}

func TestRecvMatchTimeout_TrickleOfOtherMailDoesNotProlongIt(t *testing.T) {
	inBubbles(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		for i := range 5 {
			after(t, time.Duration(i)*400*time.Millisecond, box, i)
		}
		takes(t, time.Second, func() {
			_, err := box.RecvMatchTimeout(none, time.Second)
			require.Equal(t, mailbox.ErrTimeout, err)
		})
	})
}

// flood returns a match that refuses all, takes a millisecond for it and sees to
// it that there is always more.
func flood(t *testing.T, box *mailbox.Mailbox[int]) func(int) bool {
	return func(int) bool {
		<-time.After(time.Millisecond)
		sendAll(t, box, 0, 0)
		return false
	}
}

func TestRecvMatchTimeout_FloodDoesNotHoldIt(t *testing.T) {
	inBubbles(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		sendAll(t, box, 0)
		start := time.Now()
		_, err := box.RecvMatchTimeout(flood(t, box), 4*time.Millisecond)
		require.Equal(t, mailbox.ErrTimeout, err)
		require.Less(t, time.Since(start), 100*time.Millisecond) // all that came in time was looked at
	})
}

func TestRecvMatchContext_FloodDoesNotHoldIt(t *testing.T) {
	inBubbles(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), 4*time.Millisecond, errGaveUp)
		defer cancel()
		sendAll(t, box, 0)
		_, err := box.RecvMatchContext(ctx, flood(t, box))
		require.Equal(t, errGaveUp, err)
	})
}

// The limit ends while match looks at another message.
func TestRecvMatchTimeout_FindsWhatCameInTime(t *testing.T) {
	inBubbles(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		after(t, time.Second/10, box, 1)
		after(t, time.Second/2, box, 2)
		v, err := box.RecvMatchTimeout(func(v int) bool {
			if v == 1 {
				<-time.After(2 * time.Second)
			}
			return v == 2
		}, time.Second)
		require.NoError(t, err)
		require.Equal(t, 2, v)
	})
}

func TestRecvContext_EndsWithTheCause(t *testing.T) {
	inBubbles(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errGaveUp)
		defer cancel()
		takes(t, time.Second, func() {
			_, err := box.RecvContext(ctx)
			require.Equal(t, errGaveUp, err)
		})
		takes(t, 0, func() { // it has ended already
			_, err := box.RecvContext(ctx)
			require.Equal(t, errGaveUp, err)
			_, err = box.RecvMatchContext(ctx, none)
			require.Equal(t, errGaveUp, err)
		})
	})
}

func TestRecvContext_ReceivesWhatComesInTime(t *testing.T) {
	inBubbles(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		ctx, cancel := context.WithCancel(t.Context())
		after(t, time.Millisecond, box, 1)
		after(t, time.Second, box, 2)
		v, err := box.RecvMatchContext(ctx, equals(2))
		require.NoError(t, err)
		require.Equal(t, 2, v)
		after(t, time.Second, box, 3)
		cancel()
		v, err = box.RecvContext(ctx)
		require.NoError(t, err, "what is queued is received even if the context has ended")
		require.Equal(t, 1, v)
		_, err = box.RecvContext(ctx)
		require.Equal(t, context.Canceled, err)
		require.Equal(t, 3, must(box.Recv()), "the end of that context is over")
	})
}

func must(v int, err error) int {
	if err != nil {
		panic(err)
	}
	return v
}

// lockingContext is a context whose every method needs the mailbox, as one of a
// process may need a lock that somebody holds who sends.
type lockingContext struct {
	context.Context
	box *mailbox.Mailbox[int]
}

func (c lockingContext) use() context.Context {
	c.box.Len()
	return c.Context
}

func (c lockingContext) Deadline() (time.Time, bool) { return c.use().Deadline() }
func (c lockingContext) Done() <-chan struct{}       { return c.use().Done() }
func (c lockingContext) Err() error                  { return c.use().Err() }
func (c lockingContext) Value(key any) any           { return c.use().Value(key) }

func TestContext_IsNotUsedWithTheMailboxLocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		box, _ := bounded(1, mailbox.Block)
		ctx := lockingContext{inner, box}
		_, err := box.RecvContext(ctx)
		require.Equal(t, context.DeadlineExceeded, err)
		_, err = box.RecvMatchContext(ctx, none)
		require.Equal(t, context.DeadlineExceeded, err)
		sendAll(t, box, 0)
		require.Equal(t, context.DeadlineExceeded, box.Send(ctx, 1))
	})
}
