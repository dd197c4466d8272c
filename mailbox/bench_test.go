package mailbox_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/starlang-go/starlang/mailbox"
)

type item struct {
	v any
	k uint64
}

// BenchmarkOneWay compares a mailbox with a buffered channel.
func BenchmarkOneWay(b *testing.B) {
	for _, producers := range []int{1, 8} {
		b.Run(fmt.Sprintf("mailbox/producers=%d", producers), func(b *testing.B) {
			b.ReportAllocs()
			var box mailbox.Mailbox[item]
			oneWay(b, producers, func(v item) { _ = box.Send(context.Background(), v) },
				func() { _, _ = box.Recv() })
		})
		b.Run(fmt.Sprintf("channel/producers=%d", producers), func(b *testing.B) {
			b.ReportAllocs()
			ch := make(chan item, 1024)
			oneWay(b, producers, func(v item) { ch <- v }, func() { <-ch })
		})
	}
}

func oneWay(b *testing.B, producers int, send func(item), recv func()) {
	var wg sync.WaitGroup
	for p := range producers {
		n := b.N / producers
		if p == 0 {
			n += b.N % producers
		}
		wg.Go(func() {
			for range n {
				send(item{k: 1})
			}
		})
	}
	for range b.N {
		recv()
	}
	wg.Wait()
}

// BenchmarkPingPong measures a round trip, with a wake-up each way.
func BenchmarkPingPong(b *testing.B) {
	b.Run("mailbox", func(b *testing.B) {
		b.ReportAllocs()
		var ping, pong mailbox.Mailbox[item]
		go func() {
			for {
				v, err := ping.Recv()
				if err != nil {
					return
				}
				_ = pong.Send(context.Background(), v)
			}
		}()
		for b.Loop() {
			_ = ping.Send(context.Background(), item{})
			_, _ = pong.Recv()
		}
		ping.Close()
	})
	b.Run("channel", func(b *testing.B) {
		b.ReportAllocs()
		ping, pong := make(chan item), make(chan item)
		go func() {
			for v := range ping {
				pong <- v
			}
			close(pong)
		}()
		for b.Loop() {
			ping <- item{}
			<-pong
		}
		close(ping)
		<-pong
	})
}
