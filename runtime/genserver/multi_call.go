package genserver

import (
	"context"
	"sync"

	"github.com/starlang-go/starlang/pid"
)

// Result is what one of the servers of a [MultiCall] answered.
type Result[Reply any] struct {
	To    pid.Address // zero if there is none
	Value Reply
	Err   error // as that of [Call]
}

// MultiCall calls many servers at once and returns their results in the order of
// refs. ctx bounds them all together: those that have not replied when it ends have
// its error. Source: OTP, gen_server:multi_call/4.
func MultiCall[R any, Q Request[R], T Ref](ctx context.Context, refs []T, q Q) []Result[R] {
	return MultiCallAs[R](ctx, refs, q)
}

// MultiCallAs is [MultiCall] as [CallAs] is [Call].
func MultiCallAs[Reply any, T Ref](ctx context.Context, refs []T, req any) []Result[Reply] {
	results := make([]Result[Reply], len(refs))
	var calls sync.WaitGroup
	for i, ref := range refs {
		calls.Go(func() { // ends with its call, which ctx bounds; we wait for it here
			v, to, err := call(ctx, ref, req)
			results[i] = Result[Reply]{To: to, Err: err}
			if err == nil {
				results[i].Value, results[i].Err = replyAs[Reply](to, v)
			}
		})
	}
	calls.Wait()
	return results
}
