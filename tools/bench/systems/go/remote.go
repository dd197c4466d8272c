package main

import (
	"fmt"
	"time"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

func rem64(n int) (worker.Result, error) { return remote(n, 1, worker.Body64, "") }
func rem1k(n int) (worker.Result, error) { return remote(n, 1, worker.Body1K, "") }
func rem16(n int) (worker.Result, error) { return remote(n, 16, worker.Body64, "") }

// overTLS is rem64 over TLS.
func overTLS(n int) (worker.Result, error) {
	certificate, err := worker.NewCertificate()
	if err != nil {
		return worker.Result{}, err
	}
	return remote(n, 1, worker.Body64, certificate)
}

// remote has pairs goroutines send n messages altogether to as many goroutines
// in another process, over one connection. It ends when every receiver has
// reported what it has handled.
func remote(n, pairs int, body, certificate string) (worker.Result, error) {
	each := n / pairs
	reported := worker.NewTally(pairs)
	far, conn, err := dialOver(certificate, pairs, each, func(_ uint16, m frame) {
		reported.Done(worker.CheckReport(m.Body, each, len(body)))
	})
	if err != nil {
		return worker.Result{}, err
	}
	meter := worker.Start()
	for to := range pairs {
		go func() {
			for seq := range each {
				conn.send(uint16(to), frame{Seq: int64(seq) + 1, Body: body})
			}
		}()
	}
	if err := reported.Wait(); err != nil {
		return worker.Result{}, err
	}
	result := meter.Stop(n)
	return result, far.Close()
}

// remlat measures n round trips to a goroutine in another process, one after
// the other.
func remlat(n int) (worker.Result, error) {
	answers := make(chan frame, 1)
	far, conn, err := dial(0, 0, func(_ uint16, m frame) { answers <- m })
	if err != nil {
		return worker.Result{}, err
	}
	each := make([]time.Duration, n)
	meter := worker.Start()
	for i := range each {
		start := time.Now()
		conn.send(echo, frame{Seq: int64(i), Body: worker.Body64})
		answer := <-answers
		each[i] = time.Since(start)
		if answer.Seq != int64(i) {
			return worker.Result{}, fmt.Errorf("answer %d to message %d", answer.Seq, i)
		}
	}
	result := meter.Stop(n).WithLatencies(each)
	return result, far.Close()
}
