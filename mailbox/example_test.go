package mailbox_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/starlang-go/starlang/mailbox"
)

func Example() {
	var box mailbox.Mailbox[string] // ready to use, unbounded
	go func() {
		defer box.Close()
		_ = box.Send(context.Background(), "hello")
		_ = box.Send(context.Background(), "world")
	}()
	for msg, err := box.Recv(); err == nil; msg, err = box.Recv() {
		fmt.Println(msg)
	}
	// Output:
	// hello
	// world
}

func ExampleMailbox_RecvMatch() {
	var box mailbox.Mailbox[string]
	for _, msg := range []string{"work: a", "work: b", "reply: 42", "work: c"} {
		_ = box.TrySend(msg)
	}
	reply, _ := box.RecvMatch(func(msg string) bool { return strings.HasPrefix(msg, "reply:") })
	fmt.Println(reply)
	for range 3 { // the rest is still there, in order
		fmt.Println(box.TryRecv())
	}
	// Output:
	// reply: 42
	// work: a <nil>
	// work: b <nil>
	// work: c <nil>
}

func ExampleMailbox_RecvTimeout() {
	var box mailbox.Mailbox[string]
	_, err := box.RecvTimeout(time.Millisecond)
	fmt.Println(errors.Is(err, mailbox.ErrTimeout), err)
	// Output:
	// true nothing came within the time given
}

func ExampleMailbox_Close() {
	var box mailbox.Mailbox[string]
	_ = box.TrySend("last words")
	box.Close()
	fmt.Println(box.TrySend("too late"))
	fmt.Println(box.Recv())
	_, err := box.Recv()
	fmt.Println(err)
	// Output:
	// mailbox: closed
	// last words <nil>
	// mailbox: closed
}

// The receiver sleeps without a goroutine until there is mail.
func ExampleMailbox_Notify() {
	var box mailbox.Mailbox[string]
	box.Notify(func() { fmt.Println("you have mail") })
	fmt.Println("sending")
	_ = box.TrySend("hello")
	_ = box.TrySend("world")
	fmt.Println(box.Len(), "messages")
	// Output:
	// sending
	// you have mail
	// 2 messages
}

func ExamplePolicy_block() {
	box := mailbox.New(mailbox.Config[int]{Capacity: 1}) // Block is the default
	_ = box.Send(context.Background(), 1)

	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	fmt.Println(box.Send(ctx, 2)) // nobody makes room in time

	sent := make(chan error, 1)
	go func() { sent <- box.Send(context.Background(), 3) }()
	fmt.Println(box.Recv()) // makes room
	fmt.Println(<-sent)
	// Output:
	// context deadline exceeded
	// 1 <nil>
	// <nil>
}

func ExamplePolicy_reject() {
	box := mailbox.New(mailbox.Config[int]{Capacity: 1, Policy: mailbox.Reject})
	fmt.Println(box.TrySend(1))
	fmt.Println(box.TrySend(2))
	// Output:
	// <nil>
	// mailbox: full
}

func ExamplePolicy_dropNewest() {
	box := mailbox.New(mailbox.Config[int]{
		Capacity: 2,
		Policy:   mailbox.DropNewest,
		OnDrop:   func(v int) { fmt.Println("dropped", v) },
	})
	for v := range 4 {
		_ = box.TrySend(v)
	}
	box.Close()
	for v, err := box.Recv(); err == nil; v, err = box.Recv() {
		fmt.Println("received", v)
	}
	// Output:
	// dropped 2
	// dropped 3
	// received 0
	// received 1
}

func ExamplePolicy_dropOldest() {
	box := mailbox.New(mailbox.Config[int]{
		Capacity: 2,
		Policy:   mailbox.DropOldest,
		OnDrop:   func(v int) { fmt.Println("dropped", v) },
	})
	for v := range 4 {
		_ = box.TrySend(v)
	}
	box.Close()
	for v, err := box.Recv(); err == nil; v, err = box.Recv() {
		fmt.Println("received", v)
	}
	// Output:
	// dropped 0
	// dropped 1
	// received 2
	// received 3
}

// Urgent messages get in however full the mailbox is.
func ExampleConfig_exempt() {
	box := mailbox.New(mailbox.Config[string]{
		Capacity: 1,
		Policy:   mailbox.Reject,
		Exempt:   func(msg string) bool { return msg == "stop" },
	})
	fmt.Println(box.TrySend("work"))
	fmt.Println(box.TrySend("more work"))
	fmt.Println(box.TrySend("stop"))
	// Output:
	// <nil>
	// mailbox: full
	// <nil>
}

// A mailbox as a channel: wait for messages and for something else at once.
func ExampleMailbox_Chan() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var box mailbox.Mailbox[string]
	_ = box.TrySend("hello")
	stop := make(chan struct{})
	for messages := box.Chan(ctx); ; {
		select {
		case msg := <-messages:
			fmt.Println(msg)
			close(stop)
		case <-stop:
			fmt.Println("stopped")
			return
		}
	}
	// Output:
	// hello
	// stopped
}

func ExampleMailbox_All() {
	var box mailbox.Mailbox[int]
	_, _ = box.SendAll([]int{1, 2, 3})
	box.Close()
	sum := 0
	for n := range box.All(context.Background()) {
		sum += n
	}
	fmt.Println(sum)
	// Output:
	// 6
}

// Who owns a mailbox gives others a Sender: they can send and do nothing else. Senders can
// be compared, so a set of subscribers is a map.
func ExampleMailbox_Sender() {
	subscribers := make(map[mailbox.Sender[string]]bool)
	var alice, bob mailbox.Mailbox[string]
	subscribers[alice.Sender()] = true
	subscribers[bob.Sender()] = true
	subscribers[alice.Sender()] = true // is there already

	for s := range subscribers {
		_ = s.TrySend("news")
	}
	fmt.Println(len(subscribers), alice.Len(), bob.Len())
	bob.Close()
	for s := range subscribers {
		if s.IsClosed() {
			delete(subscribers, s)
		}
	}
	fmt.Println(len(subscribers))
	// Output:
	// 2 1 1
	// 1
}

func ExampleMailbox_RecvContext() {
	ctx, cancel := context.WithTimeoutCause(context.Background(), time.Millisecond, errors.New("the request is over"))
	defer cancel()
	var box mailbox.Mailbox[string]
	_, err := box.RecvContext(ctx)
	fmt.Println(err)
	// Output:
	// the request is over
}
