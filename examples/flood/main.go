// Command flood sends far more than a process can take to bounded mailboxes, one
// for each policy, and shows what becomes of the messages. The exit signal at the
// end gets through all of them: a bound holds for messages only.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

const (
	capacity = 100
	flood    = 1000
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "flood:", err)
		os.Exit(1)
	}
}

func run(w io.Writer) error {
	rt, err := runtime.New(runtime.Config{})
	if err != nil {
		return err
	}
	for _, policy := range []mailbox.Policy{mailbox.Reject, mailbox.DropNewest, mailbox.DropOldest, mailbox.Block} {
		err := rt.Run(context.Background(), func(ctx *runtime.Context) error { return overflow(ctx, w, policy) })
		if err != nil {
			return fmt.Errorf("%s: %w", policy, err)
		}
	}
	return rt.Shutdown(context.Background())
}

// overflow floods a process which takes nothing until it is told to.
func overflow(ctx *runtime.Context, w io.Writer, policy mailbox.Policy) error {
	var dropped atomic.Int64
	open := make(chan struct{})
	seen := make(chan []int, 1)
	opts := runtime.SpawnOptions{Monitor: true, Mailbox: runtime.MailboxOptions{
		Capacity: capacity,
		Policy:   policy,
		OnDrop:   func(runtime.Message) { dropped.Add(1) },
	}}
	kept := capacity
	to, ref, err := ctx.SpawnOpt(opts, func(ctx *runtime.Context) error {
		<-open
		seen <- drain(ctx, kept)
		_, err := ctx.Recv()
		return err
	})
	if err != nil {
		return err
	}
	if policy == mailbox.Block {
		kept = flood
		close(open) // or the flood would wait for ever
	}
	refused := 0
	for i := range flood {
		if err := ctx.Send(to, i); errors.Is(err, runtime.ErrMailboxFull) {
			refused++
		} else if err != nil {
			return err
		}
	}
	if policy != mailbox.Block {
		close(open)
	}
	got := <-seen
	fmt.Fprintf(w, "%-12s received %4d (%d to %d), refused %d, dropped %d\n",
		policy, len(got), got[0], got[len(got)-1], refused, dropped.Load())
	if err := ctx.Exit(to, signal.Shutdown); err != nil {
		return err
	}
	_, err = runtime.ReceiveMatch(ctx, func(d signal.Down) bool { return d.Ref == ref })
	return err
}

// drain receives n messages, in order.
func drain(ctx *runtime.Context, n int) (got []int) {
	for range n {
		m, err := ctx.Recv()
		if err != nil {
			return got
		}
		got = append(got, m.Value().(int))
	}
	return got
}
