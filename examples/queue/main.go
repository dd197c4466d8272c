// Command queue uses module mailbox alone, as a queue between goroutines: it
// imports no other module of this repository.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/starlang-go/starlang/mailbox"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "queue:", err)
		os.Exit(1)
	}
}

func run(w io.Writer) error {
	jobs := mailbox.New(mailbox.Config[int]{Capacity: 16}) // senders wait for room
	var senders sync.WaitGroup
	for s := range 4 {
		senders.Go(func() {
			for n := range 1000 {
				if err := jobs.Send(context.Background(), s*1000+n); err != nil {
					fmt.Fprintln(os.Stderr, "queue: send:", err)
					return
				}
			}
		})
	}
	go func() { // ends with the senders; closing keeps what is queued
		senders.Wait()
		jobs.Close()
	}()
	count, sum := 0, 0
	for {
		n, err := jobs.Recv()
		if errors.Is(err, mailbox.ErrClosed) {
			break
		}
		if err != nil {
			return err
		}
		count++
		sum += n
	}
	fmt.Fprintf(w, "received %d jobs, sum %d\n", count, sum)
	return nil
}
