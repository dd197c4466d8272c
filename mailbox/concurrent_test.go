package mailbox_test

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
)

const (
	senders   = 8
	perSender = 1000
)

// letter says who sent it, and which of that sender's it is.
type letter struct {
	sender, n int
	urgent    bool // exempt from bounds
}

func urgent(l letter) bool { return l.urgent }

// inParallel starts send for each sender; wait waits for all of them.
func inParallel(send func(sender int)) (wait func()) {
	var wg sync.WaitGroup
	for sender := range senders {
		wg.Go(func() { send(sender) })
	}
	return wg.Wait
}

// order asserts that what one sender sent comes in order.
type order struct {
	t    *testing.T
	last [senders]int // n of the last one received, plus 1
	got  int
}

func (o *order) add(l letter) {
	require.Less(o.t, o.last[l.sender], l.n+1, "sender %d", l.sender)
	o.last[l.sender] = l.n + 1
	o.got++
}

func TestMailbox_FIFOPerSenderConcurrentSafe(t *testing.T) {
	ways := map[string]func(box *mailbox.Mailbox[letter], i int) (letter, error){
		"in order": func(box *mailbox.Mailbox[letter], _ int) (letter, error) { return box.Recv() },
		"timeout": func(box *mailbox.Mailbox[letter], _ int) (letter, error) {
			return box.RecvTimeout(time.Hour)
		},
		"context": func(box *mailbox.Mailbox[letter], _ int) (letter, error) {
			return box.RecvContext(context.Background())
		},
		// Each sender sends as many, so all of them are found.
		"selective": func(box *mailbox.Mailbox[letter], i int) (letter, error) {
			return box.RecvMatch(func(l letter) bool { return l.sender == i%senders })
		},
	}
	for name, cfg := range map[string]mailbox.Config[letter]{
		"unbounded": {},
		"block":     {Capacity: 64, Exempt: urgent},
	} {
		for way, recv := range ways {
			if name == "block" && way == "selective" {
				continue // full of what the receiver does not want, it would wait for ever
			}
			t.Run(name+"/"+way, func(t *testing.T) {
				box := mailbox.New(cfg)
				wait := inParallel(func(sender int) {
					for n := range perSender {
						_ = box.Send(context.Background(), letter{sender, n, n%5 == 0})
					}
				})
				seen := order{t: t}
				for i := range senders * perSender {
					l, err := recv(box, i)
					require.NoError(t, err)
					seen.add(l)
				}
				wait()
				require.Zero(t, box.Len())
			})
		}
	}
}

// Under a flood each message is received, or dropped, or refused, once, and those
// that are exempt are all received.
func TestPolicy_FloodConcurrentSafe(t *testing.T) {
	const capacity = 16
	for _, policy := range []mailbox.Policy{mailbox.Block, mailbox.Reject, mailbox.DropNewest, mailbox.DropOldest} {
		t.Run(policy.String(), func(t *testing.T) {
			var dropped, refused, droppedUrgent atomic.Int64
			box := mailbox.New(mailbox.Config[letter]{
				Capacity: capacity,
				Policy:   policy,
				Exempt:   urgent,
				OnDrop: func(l letter) {
					dropped.Add(1)
					if l.urgent {
						droppedUrgent.Add(1)
					}
				},
			})
			wait := inParallel(func(sender int) {
				for n := range perSender {
					if err := box.Send(context.Background(), letter{sender, n, n%100 == 0}); err != nil {
						refused.Add(1)
					}
				}
			})
			go func() { wait(); box.Close() }()

			seen := order{t: t}
			gotUrgent := 0
			for l, err := box.Recv(); err == nil; l, err = box.Recv() {
				seen.add(l)
				if l.urgent {
					gotUrgent++
				}
				require.LessOrEqual(t, box.Len(), capacity+senders*perSender/100)
			}
			require.EqualValues(t, senders*perSender, int64(seen.got)+dropped.Load()+refused.Load())
			require.Equal(t, senders*perSender/100, gotUrgent)
			require.Zero(t, droppedUrgent.Load())
			if policy == mailbox.Block {
				require.Equal(t, senders*perSender, seen.got)
			}
		})
	}
}

// While the receiver looks at messages, senders drop them. Each is received or
// dropped, and in order.
func TestDropOldest_SelectiveReceiveUnderFloodConcurrentSafe(t *testing.T) {
	var dropped atomic.Int64
	box := mailbox.New(mailbox.Config[letter]{
		Capacity: 16,
		Policy:   mailbox.DropOldest,
		Exempt:   urgent,
		OnDrop:   func(letter) { dropped.Add(1) },
	})
	wait := inParallel(func(sender int) {
		for n := range perSender {
			_ = box.TrySend(letter{sender, n, n%100 == 0})
		}
	})
	go func() { wait(); box.Close() }()
	odd := func(l letter) bool { return l.n%2 == 1 }
	seen := order{t: t}
	for l, err := box.RecvMatch(odd); err == nil; l, err = box.RecvMatch(odd) {
		seen.add(l)
	}
	require.NoError(t, box.Check())
	rest := order{t: t}
	for l, err := box.TryRecv(); err == nil; l, err = box.TryRecv() {
		rest.add(l)
	}
	require.EqualValues(t, senders*perSender, int64(seen.got+rest.got)+dropped.Load())
}

// Close comes while senders send and wait: what was accepted is received, all of
// it, and the rest is told.
func TestClose_WhileSendersWaitConcurrentSafe(t *testing.T) {
	for range 200 {
		box := mailbox.New(mailbox.Config[letter]{Capacity: 4})
		var accepted atomic.Int64
		wait := inParallel(func(sender int) {
			for n := 0; ; n++ {
				if err := box.Send(context.Background(), letter{sender, n, false}); err != nil {
					if err != mailbox.ErrClosed {
						t.Error(err)
					}
					return
				}
				accepted.Add(1)
			}
		})
		seen := order{t: t}
		for range 20 {
			l, err := box.Recv()
			require.NoError(t, err)
			seen.add(l)
		}
		box.Close()
		for l, err := box.Recv(); err == nil; l, err = box.Recv() {
			seen.add(l)
		}
		wait()
		require.EqualValues(t, accepted.Load(), seen.got)
	}
}

// The context ends in the moment in which there is room: the message is received
// if the send said so, and only then.
func TestBlock_ContextEndsAtAdmissionConcurrentSafe(t *testing.T) {
	box := mailbox.New(mailbox.Config[int]{Capacity: 1})
	for i := range 3000 {
		sendAll(t, box, -1)
		ctx, cancel := context.WithCancel(context.Background())
		result := make(chan error, 1)
		go func() { result <- box.Send(ctx, i) }()
		go cancel()
		if i%2 == 0 {
			runtime.Gosched()
		}
		require.Equal(t, -1, must(box.Recv()))
		if err := <-result; err == nil {
			require.Equal(t, i, must(box.Recv()))
		} else {
			require.Equal(t, context.Canceled, err)
		}
		require.Zero(t, box.Len())
		require.NoError(t, box.Check())
	}
}

// Nothing of a stopped sender is queued behind what was sent after the stop.
func TestSendUnless_NothingFollowsTheStopConcurrentSafe(t *testing.T) {
	const end = -1
	for name, cfg := range map[string]mailbox.Config[letter]{
		"unbounded":   {},
		"block":       {Capacity: 4},
		"drop oldest": {Capacity: 4, Policy: mailbox.DropOldest, Exempt: func(l letter) bool { return l.n == end }},
	} {
		t.Run(name, func(t *testing.T) {
			for range 40 {
				box := mailbox.New(cfg)
				var stop atomic.Uint32
				wait := inParallel(func(sender int) {
					for n := 0; ; n++ {
						if err := box.SendUnless(context.Background(), &stop, letter{sender: sender, n: n}); err != nil {
							if err != mailbox.ErrStopped {
								t.Error(err)
							}
							return
						}
						runtime.Gosched() // leaves the receiver its share of the processors
					}
				})
				seen := order{t: t}
				for range 10 {
					l, err := box.Recv()
					require.NoError(t, err)
					seen.add(l)
				}
				stop.Store(1)
				go func() { _ = box.Send(context.Background(), letter{n: end}) }() // may have to wait for room
				for l, err := box.Recv(); l.n != end; l, err = box.Recv() {
					require.NoError(t, err)
					seen.add(l)
				}
				_, err := box.TryRecv()
				require.Equal(t, mailbox.ErrEmpty, err)
				wait()
				require.Zero(t, box.Len())
			}
		})
	}
}

// A timeout or the end of a context races with the message: it is received now or
// later, but not lost.
func TestRecv_EndOfPatienceLosesNothingConcurrentSafe(t *testing.T) {
	ends := []func(box *mailbox.Mailbox[int]) (int, error){
		func(box *mailbox.Mailbox[int]) (int, error) { return box.RecvTimeout(time.Microsecond) },
		func(box *mailbox.Mailbox[int]) (int, error) {
			return box.RecvMatchTimeout(func(int) bool { return true }, 5*time.Microsecond)
		},
		func(box *mailbox.Mailbox[int]) (int, error) {
			ctx, cancel := context.WithCancel(context.Background())
			go cancel()
			return box.RecvContext(ctx)
		},
		(*mailbox.Mailbox[int]).TryRecv,
	}
	for range 20 {
		var box mailbox.Mailbox[int]
		const n = 300
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := range n {
				_ = box.TrySend(i)
				runtime.Gosched()
			}
		})
		var got []int
		for i := 0; len(got) < n; i++ {
			if v, err := ends[i%len(ends)](&box); err == nil {
				got = append(got, v)
			}
		}
		wg.Wait()
		require.Equal(t, upTo(n), got)
	}
}

// Of many that receive at once some are told so, and each message is received by
// one.
func TestRecv_ManyReceiversConcurrentSafe(t *testing.T) {
	var box mailbox.Mailbox[int]
	const n = 4000
	got := make([][]int, 4)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			for {
				switch v, err := box.RecvMatch(func(int) bool { return true }); err {
				case nil:
					got[i] = append(got[i], v)
				case mailbox.ErrConcurrentReceive:
					runtime.Gosched()
				default:
					return
				}
			}
		})
	}
	sendAll(t, &box, upTo(n)...)
	box.Close()
	wg.Wait()
	all := slices.Concat(got...)
	slices.Sort(all)
	require.Equal(t, upTo(n), all)
}

// A message and the end race with Notify. The call comes once if it was promised,
// and else there is something to receive.
func TestNotify_RacesSendAndCloseConcurrentSafe(t *testing.T) {
	for i := range 3000 {
		var box mailbox.Mailbox[int]
		var wg sync.WaitGroup
		wg.Go(func() { _ = box.TrySend(1) })
		wg.Go(box.Close)
		called := make(chan struct{}, 2)
		if i%2 == 0 {
			runtime.Gosched()
		}
		if box.Notify(func() { called <- struct{}{} }) {
			<-called
		}
		_, err := box.TryRecv()
		require.NotEqual(t, mailbox.ErrEmpty, err)
		wg.Wait()
		require.Empty(t, called)
	}
}

// The receiver sleeps by Notify and is started by the callback, in a goroutine of
// its own, while the next message comes.
func TestNotify_ReceiverStartedByCallbackConcurrentSafe(t *testing.T) {
	var box mailbox.Mailbox[letter]
	seen := order{t: t}
	done := make(chan struct{})
	var receive func()
	receive = func() {
		for {
			switch l, err := box.TryRecv(); err {
			case nil:
				seen.add(l)
			case mailbox.ErrEmpty:
				if box.Notify(func() { go receive() }) {
					return
				}
			default:
				if err != mailbox.ErrClosed {
					t.Error(err)
				}
				close(done)
				return
			}
		}
	}
	go receive()
	inParallel(func(sender int) {
		for n := range perSender {
			_ = box.TrySend(letter{sender: sender, n: n})
		}
	})()
	box.Close()
	<-done
	require.Equal(t, senders*perSender, seen.got)
}
