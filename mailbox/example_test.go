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
