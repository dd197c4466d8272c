package main

import (
	"context"
	"fmt"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// begin tells a process to do its part.
type begin struct{}

// newRuntime is a runtime as any program has it: processes that fail are
// reported on standard error.
func newRuntime() *runtime.Runtime { return runtime.MustNew(runtime.Config{}) }

// spawnMany starts n processes, whose bodies body makes by their number.
func spawnMany(rt *runtime.Runtime, n int, body func(int) runtime.Body) ([]pid.PID, error) {
	pids := make([]pid.PID, n)
	for i := range pids {
		p, err := rt.Spawn(body(i))
		if err != nil {
			return nil, err
		}
		pids[i] = p
	}
	return pids, nil
}

// sendAll sends each of the processes the same message.
func sendAll(rt *runtime.Runtime, pids []pid.PID, v any) error {
	for _, p := range pids {
		if err := rt.Send(context.Background(), p, v); err != nil {
			return fmt.Errorf("send to %s: %w", p, err)
		}
	}
	return nil
}

// waitEmpty waits until all processes are dead, which those that have said so
// in their bodies are very soon.
func waitEmpty(rt *runtime.Runtime) {
	for rt.Len() > 0 {
		time.Sleep(10 * time.Microsecond)
	}
}

// receive handles n messages.
func receive(ctx *runtime.Context, n int) (worker.Count, error) {
	var count worker.Count
	for range n {
		m, err := ctx.Recv()
		if err != nil {
			return count, err
		}
		v := m.Value().(worker.Message)
		count.Add(v.Seq, v.Text)
	}
	return count, nil
}
