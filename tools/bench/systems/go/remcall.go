package main

import (
	"errors"
	"time"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// remcall has many goroutines ask one in another process, over one connection. The upper
// half of a frame's number says which of them asks.
func remcall(n int) (worker.Result, error) {
	replies := make([]chan frame, worker.FarCallers)
	for i := range replies {
		replies[i] = make(chan frame, 1)
	}
	far, conn, err := dial(0, 0, func(_ uint16, m frame) { replies[m.Seq>>32] <- m })
	if err != nil {
		return worker.Result{}, err
	}
	done := worker.NewTally(worker.FarCallers)
	meter := worker.Start()
	for i, reply := range replies {
		go func() {
			done.Done(callFar(conn, int64(i)<<32, worker.Portion(n, worker.FarCallers, i), reply))
		}()
	}
	if err := done.Wait(); err != nil {
		return worker.Result{}, err
	}
	result := meter.Stop(n)
	return result, far.Close()
}

// callFar makes n requests, each of which waits for its answer at most five seconds.
func callFar(conn *link, first int64, n int, reply <-chan frame) error {
	timeout := time.NewTimer(0)
	for seq := first; seq < first+int64(n); seq++ {
		timeout.Reset(5 * time.Second)
		conn.send(echo, frame{Seq: seq, Body: worker.Body64})
		select {
		case m := <-reply:
			if err := worker.Equal("answer", m, frame{Seq: seq, Body: worker.Body64}); err != nil {
				return err
			}
		case <-timeout.C:
			return errors.New("call timed out")
		}
	}
	return nil
}
