package main

import (
	"context"
	"fmt"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

func rem64(n int) (worker.Result, error) { return remoteSend(n, 1, worker.Body64, "") }
func rem1k(n int) (worker.Result, error) { return remoteSend(n, 1, worker.Body1K, "") }
func rem16(n int) (worker.Result, error) { return remoteSend(n, 16, worker.Body64, "") }

// overTLS is rem64 over TLS.
func overTLS(n int) (worker.Result, error) {
	certificate, err := worker.NewCertificate()
	if err != nil {
		return worker.Result{}, err
	}
	return remoteSend(n, 1, worker.Body64, certificate)
}

// remoteSend has pairs processes send n messages altogether to as many on
// another node. It ends when every receiver has reported what it has handled.
func remoteSend(n, pairs int, body, certificate string) (worker.Result, error) {
	each := n / pairs
	far, err := startFarOver(certificate, pairs, each)
	if err != nil {
		return worker.Result{}, err
	}
	ready, reported := worker.NewTally(pairs), worker.NewTally(pairs)
	start := make(chan struct{})
	_, err = spawnMany(far.near.Runtime(), pairs, func(i int) runtime.Body {
		return func(ctx *runtime.Context) error {
			to, err := far.greet(ctx, counterName(i))
			ready.Done(err)
			<-start
			err = sendPayloads(ctx, to, each, body)
			reported.Done(err)
			return err
		}
	})
	if err != nil {
		return worker.Result{}, err
	}
	if err := ready.Wait(); err != nil {
		return worker.Result{}, err
	}
	meter := worker.Start()
	close(start)
	if err := reported.Wait(); err != nil {
		return worker.Result{}, err
	}
	result := meter.Stop(n)
	return result, far.process.Close()
}

// sendPayloads sends the messages 1 to n and waits for the report on them.
func sendPayloads(ctx *runtime.Context, to pid.PID, n int, body string) error {
	for seq := int64(1); seq <= int64(n); seq++ {
		if err := ctx.Send(to, payload{Seq: seq, Body: body}); err != nil {
			return err
		}
	}
	report, err := runtime.Receive[payload](ctx)
	if err != nil {
		return err
	}
	return worker.CheckReport(report.Body, n, len(body))
}

// remlat measures n round trips to a process on another node.
func remlat(n int) (worker.Result, error) {
	far, err := startFar(0, 0)
	if err != nil {
		return worker.Result{}, err
	}
	var result worker.Result
	err = far.near.Runtime().Run(context.Background(), func(ctx *runtime.Context) error {
		to, err := far.greet(ctx, echoName)
		if err != nil {
			return err
		}
		each := make([]time.Duration, n)
		meter := worker.Start()
		for i := range each {
			if each[i], err = roundTrip(ctx, to, int64(i)); err != nil {
				return err
			}
		}
		result = meter.Stop(n).WithLatencies(each)
		return nil
	})
	if err != nil {
		return worker.Result{}, err
	}
	return result, far.process.Close()
}

func roundTrip(ctx *runtime.Context, to pid.PID, seq int64) (time.Duration, error) {
	start := time.Now()
	if err := ctx.Send(to, payload{Seq: seq, Body: worker.Body64}); err != nil {
		return 0, err
	}
	m, err := ctx.Recv()
	if err != nil {
		return 0, err
	}
	took := time.Since(start)
	if answer := m.Value().(payload); answer.Seq != seq || answer.Body != worker.Body64 {
		return 0, fmt.Errorf("answer %d to message %d", answer.Seq, seq)
	}
	return took, nil
}
