package mailbox_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/starlang-go/starlang/mailbox"
)

// item is as large as a process's message.
type item struct {
	value any
	key   uint64
}

const room = 1024 // of what is bounded

// pipe is what the benchmarks compare: a way from many senders to one receiver.
type pipe struct {
	name string
	send func(item)
	recv func()
}

func pipes() []pipe {
	ctx := context.Background()
	unbounded := mailbox.New(mailbox.Config[item]{})
	bounded := mailbox.New(mailbox.Config[item]{Capacity: room})
	channel := make(chan item, room)
	return []pipe{
		{"mailbox", func(v item) { _ = unbounded.Send(ctx, v) }, func() { _, _ = unbounded.Recv() }},
		{"bounded", func(v item) { _ = bounded.Send(ctx, v) }, func() { _, _ = bounded.Recv() }},
		{"channel", func(v item) { channel <- v }, func() { <-channel }},
	}
}

// BenchmarkOneWay sends from goroutines of their own as fast as they can.
func BenchmarkOneWay(b *testing.B) {
	for _, producers := range []int{1, 8} {
		for _, p := range pipes() {
			b.Run(fmt.Sprintf("%s/producers=%d", p.name, producers), func(b *testing.B) {
				b.ReportAllocs()
				oneWay(b, producers, p)
			})
		}
	}
}

// oneWay goes by b.N, not by b.Loop: the producers have to share it.
func oneWay(b *testing.B, producers int, p pipe) {
	var wg sync.WaitGroup
	for i := range producers {
		n := (b.N + i) / producers // all together b.N
		wg.Go(func() {
			for range n {
				p.send(item{"hello", 1})
			}
		})
	}
	for range b.N {
		p.recv()
	}
	wg.Wait()
}

// BenchmarkBurst sends some, and then receives them, in one goroutine: what it
// costs without waking anybody.
func BenchmarkBurst(b *testing.B) {
	for _, size := range []int{1, 10, room, 100 * room} {
		for _, p := range pipes() {
			if size > room && p.name != "mailbox" {
				continue // they have no room for it
			}
			b.Run(fmt.Sprintf("%s/size=%d", p.name, size), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					for range size {
						p.send(item{"hello", 1})
					}
					for range size {
						p.recv()
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size), "ns/message")
			})
		}
	}
}

// BenchmarkPingPong is a round trip, with a wake-up each way.
func BenchmarkPingPong(b *testing.B) {
	there, back := pipes(), pipes()
	for i := range there {
		b.Run(there[i].name, func(b *testing.B) {
			b.ReportAllocs()
			stop := make(chan struct{})
			var wg sync.WaitGroup
			wg.Go(func() {
				for {
					there[i].recv()
					select {
					case <-stop:
						return
					default:
						back[i].send(item{"hello", 1})
					}
				}
			})
			for b.Loop() {
				there[i].send(item{"hello", 1})
				back[i].recv()
			}
			close(stop)
			there[i].send(item{"hello", 1})
			wg.Wait()
		})
	}
}

// BenchmarkRecvMatch takes a message that is behind a backlog of others.
func BenchmarkRecvMatch(b *testing.B) {
	wanted := func(v item) bool { return v.key == 1 }
	for _, backlog := range []int{0, 100, 10_000} {
		for _, kind := range []struct {
			name string
			box  *mailbox.Mailbox[item]
		}{
			{"mailbox", new(mailbox.Mailbox[item])},
			{"bounded", mailbox.New(mailbox.Config[item]{Capacity: backlog + 1})},
		} {
			b.Run(fmt.Sprintf("%s/backlog=%d", kind.name, backlog), func(b *testing.B) {
				b.ReportAllocs()
				for range backlog {
					_ = kind.box.TrySend(item{"hello", 2})
				}
				for b.Loop() {
					_ = kind.box.TrySend(item{"hello", 1})
					_, _ = kind.box.RecvMatch(wanted)
				}
			})
		}
	}
}
