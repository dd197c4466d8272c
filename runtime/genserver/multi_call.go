package genserver

import (
	"context"
	"sync"

	"github.com/starlang-go/starlang/pid"
)

// Result is what one of the servers of a [MultiCall] answered.
type Result[Reply any] struct {
	To    pid.Address
	Value Reply
	Err   error // as that of [Call]
}

// MultiCall calls many servers at once and returns their results in the order of
// to. ctx bounds them all together: those that have not replied when it ends have
// its error. Source: OTP, gen_server:multi_call/4.
func MultiCall[Reply any, R Ref](ctx context.Context, to []R, req any) []Result[Reply] {
	results := make([]Result[Reply], len(to))
	var calls sync.WaitGroup
	for i, to := range to {
		calls.Go(func() { // ends with its call, which ctx bounds; we wait for it here
			value, err := Call[Reply](ctx, to, req)
			results[i] = Result[Reply]{addressOf(to), value, err}
		})
	}
	calls.Wait()
	return results
}
