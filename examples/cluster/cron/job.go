package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/runtime"
)

// job is what exists once.
type job struct {
	out   io.Writer
	node  string
	every time.Duration
}

// run does the job until the process is to end. What it writes to anywhere else has to
// carry the fence, see the example cluster-cart.
func (j *job) run(ctx *runtime.Context) error {
	for {
		if _, err := ctx.RecvTimeout(j.every); err != nil && !errors.Is(err, runtime.ErrTimeout) {
			return err
		}
		if fence, ok := cluster.FenceOf(ctx); ok {
			fmt.Fprintf(j.out, "%s does the job, with fence %d, at %s\n", j.node, fence, time.Now().Format(time.TimeOnly))
		}
	}
}
