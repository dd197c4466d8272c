package main

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/term"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// follow asks a server on another node for the payload with the next number.
type follow struct {
	genserver.Returns[payload]
	payload
}

func init() { term.MustRegister[follow]("bench.follow") }

// followerName is the name of the far node's server.
const followerName = "follower"

// follower is the far node's server.
type follower struct{}

func (f *follower) Handlers() genserver.Handlers {
	return genserver.Handle(genserver.On((*follower).follow))
}

func (f *follower) follow(_ *genserver.Context, q follow) (payload, error) {
	return payload{Seq: q.Seq + 1, Body: q.Body}, nil
}

// remcall has many processes call one server on another node.
func remcall(n int) (worker.Result, error) {
	far, err := startFar(0, 0)
	if err != nil {
		return worker.Result{}, err
	}
	server, err := far.find(context.Background(), followerName)
	if err != nil {
		return worker.Result{}, err
	}
	ready, done := worker.NewTally(worker.FarCallers), worker.NewTally(worker.FarCallers)
	callers, err := spawnMany(far.near.Runtime(), worker.FarCallers, func(i int) runtime.Body {
		return func(ctx *runtime.Context) error {
			ready.Done(callFar(ctx, server, 1)) // connects, and is not counted
			if _, err := ctx.Recv(); err != nil {
				return err
			}
			err := callFar(ctx, server, worker.Portion(n, worker.FarCallers, i))
			done.Done(err)
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
	if err := sendAll(far.near.Runtime(), callers, begin{}); err != nil {
		return worker.Result{}, err
	}
	if err := done.Wait(); err != nil {
		return worker.Result{}, err
	}
	result := meter.Stop(n)
	return result, far.process.Close()
}

// callFar makes n calls, one after the other.
func callFar(ctx *runtime.Context, server pid.PID, n int) error {
	for seq := int64(1); seq <= int64(n); seq++ {
		answer, err := genserver.Call(ctx, server, follow{payload: payload{Seq: seq, Body: worker.Body64}})
		if err == nil {
			err = worker.Equal("answer", answer, payload{Seq: seq + 1, Body: worker.Body64})
		}
		if err != nil {
			return err
		}
	}
	return nil
}
