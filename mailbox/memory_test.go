package mailbox_test

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
)

// wordBytes is what a message takes in these tests at the least.
const wordBytes = int64(unsafe.Sizeof(0))

// heap returns the bytes in use.
func heap() int64 {
	runtime.GC()
	runtime.GC() // the first one only puts aside what pools hold
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

func TestMailbox_GivesMemoryBackAfterABurst(t *testing.T) {
	for name, recv := range map[string]func(*mailbox.Mailbox[int]) (int, error){
		"in order":  (*mailbox.Mailbox[int]).TryRecv,
		"selective": func(b *mailbox.Mailbox[int]) (int, error) { return b.TryRecvMatch(func(int) bool { return true }) },
	} {
		t.Run(name+"/unbounded", func(t *testing.T) { burst(t, new(mailbox.Mailbox[int]), 1_000_000, recv) })
		t.Run(name+"/bounded", func(t *testing.T) {
			burst(t, mailbox.New(mailbox.Config[int]{Capacity: 100_000}), 100_000, recv)
		})
	}
}

func burst(t *testing.T, box *mailbox.Mailbox[int], n int, recv func(*mailbox.Mailbox[int]) (int, error)) {
	before := heap()
	for range n {
		_ = box.TrySend(1)
	}
	require.Greater(t, heap()-before, int64(n)*wordBytes)
	for range n {
		_, _ = recv(box)
	}
	require.Zero(t, box.Len())
	require.Less(t, heap()-before, int64(n)*wordBytes/50)
	runtime.KeepAlive(box)
}

// One message in each large chunk is left.
func TestRecvMatch_GivesMemoryBackAroundWhatItRefuses(t *testing.T) {
	bothKinds(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		const n, refusedOneIn = 16_000, 256
		before := heap()
		for i := range n {
			_ = box.TrySend(i)
		}
		var err error
		for err == nil {
			_, err = box.TryRecvMatch(func(v int) bool { return v%refusedOneIn > 0 })
		}
		require.Equal(t, (n+refusedOneIn-1)/refusedOneIn, box.Len())
		require.Less(t, heap()-before, n*wordBytes/4)
		runtime.KeepAlive(box)
	})
}

// What was received, or dropped, is not kept alive by the place where it stood.
func TestMailbox_ForgetsWhatHasLeftIt(t *testing.T) {
	type big [1 << 10]byte
	box := mailbox.New(mailbox.Config[*big]{Capacity: 8, Policy: mailbox.DropOldest})
	var unbounded mailbox.Mailbox[*big]
	var left []weak.Pointer[big]
	send := func(n int) {
		for range n {
			for _, to := range []*mailbox.Mailbox[*big]{box, &unbounded} {
				v := new(big)
				left = append(left, weak.Make(v))
				_ = to.TrySend(v)
			}
		}
	}
	send(40)
	second := func() func(*big) bool {
		n := 0
		return func(*big) bool { n++; return n == 2 }
	}
	for _, from := range []*mailbox.Mailbox[*big]{box, &unbounded} {
		for range from.Len() / 2 {
			_, _ = from.TryRecvMatch(second())
		}
		for from.Len() > 0 {
			_, _ = from.TryRecv()
		}
	}
	runtime.GC()
	for _, p := range left {
		require.Nil(t, p.Value())
	}
	runtime.KeepAlive(box)
	runtime.KeepAlive(&unbounded)
}

func TestMailbox_KeepsLittleWhileItsReceiverWaits(t *testing.T) {
	type big [1 << 10]byte
	for name, box := range map[string]*mailbox.Mailbox[big]{
		"unbounded": {},
		"bounded":   mailbox.New(mailbox.Config[big]{Capacity: 1000}),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				before := heap()
				for range 2 { // the second burst finds chunks of the first
					for range 1000 {
						_ = box.TrySend(big{})
					}
					for range 1000 {
						_, _ = box.TryRecv()
					}
				}
				_, err := box.RecvTimeout(time.Millisecond)
				require.Equal(t, mailbox.ErrTimeout, err)
				require.Less(t, heap()-before, int64(100*unsafe.Sizeof(big{})))
				runtime.KeepAlive(box)
			})
		})
	}
}

func TestMailbox_SendAndReceiveAllocateNothing(t *testing.T) {
	bothKinds(t, func(t *testing.T, box *mailbox.Mailbox[int]) {
		second := equals(2)
		require.Zero(t, testing.AllocsPerRun(1000, func() {
			sendAll(t, box, 1, 2)
			_, _ = box.RecvMatch(second)
			_, _ = box.Recv()
			_, _ = box.TryRecv()
			_, _ = box.TryRecvMatch(second)
		}))
	})
}

func TestNotify_GivesBackEvenTheSmallestChunk(t *testing.T) {
	type big [1 << 10]byte
	boxes := make([]mailbox.Mailbox[big], 100)
	before := heap()
	for i := range boxes {
		_ = boxes[i].TrySend(big{})
		_, _ = boxes[i].TryRecv()
		require.True(t, boxes[i].Notify(func() {}))
	}
	require.Less(t, heap()-before, int64(len(boxes))*int64(unsafe.Sizeof(big{})))
	runtime.KeepAlive(boxes)
}
