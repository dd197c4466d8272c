package genserver_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// counter is a server, add one of its requests.
type counter struct{ n int }

type add struct{ By int }

func (c *counter) HandleCall(_ *genserver.Context, _ genserver.From, req any) (any, error) {
	if add, ok := req.(add); ok {
		c.n += add.By
		return c.n, nil
	}
	return nil, genserver.ErrUnhandled
}

func (c *counter) HandleCast(_ *genserver.Context, msg any) error {
	if msg != "reset" {
		return genserver.ErrUnhandled
	}
	c.n = 0
	return nil
}

func Example() {
	rt := runtime.MustNew(runtime.Config{})
	err := rt.Run(context.Background(), func(ctx *runtime.Context) error {
		if _, err := genserver.StartLink(ctx, &counter{}, genserver.Options{Name: "counter"}); err != nil {
			return err
		}
		fmt.Println(genserver.CallAs[int](ctx, "counter", add{2}))
		fmt.Println(genserver.CallAs[int](ctx, "counter", add{3}))
		fmt.Println(genserver.Cast(ctx, "counter", "reset"))
		fmt.Println(genserver.CallAs[int](ctx, "counter", add{1}))
		_, err := genserver.CallAs[int](ctx, "counter", "what?")
		fmt.Println(err, errors.Is(err, genserver.ErrUnhandled))
		return genserver.Stop(ctx, "counter", signal.Normal)
	})
	fmt.Println(err)
	// Output:
	// 2 <nil>
	// 5 <nil>
	// <nil>
	// 1 <nil>
	// call counter: request is not handled: string true
	// <nil>
}

// shouter lets others do its work.
type shouter struct{}

func (shouter) HandleCall(ctx *genserver.Context, from genserver.From, req any) (any, error) {
	_, err := ctx.Spawn(func(ctx *runtime.Context) error {
		return from.Reply(ctx, strings.ToUpper(req.(string)))
	})
	return genserver.NoReply, err
}

// A call may be answered by another process; the server goes on with the next one.
func ExampleFrom_Reply() {
	rt := runtime.MustNew(runtime.Config{})
	_ = rt.Run(context.Background(), func(ctx *runtime.Context) error {
		p, err := genserver.Start(ctx, shouter{}, genserver.Options{})
		if err != nil {
			return err
		}
		fmt.Println(genserver.CallAs[string](ctx, p, "hello"))
		return genserver.Stop(ctx, p, signal.Normal)
	})
	// Output: HELLO <nil>
}

// patient works on a request until its caller gives up.
type patient struct {
	begun  chan struct{}
	gaveUp chan error
}

func (s patient) HandleCall(ctx *genserver.Context, from genserver.From, _ any) (any, error) {
	call := ctx.CallContext(from)
	close(s.begun)
	<-call.Done()
	s.gaveUp <- call.Err()
	return genserver.NoReply, nil
}

// When the caller's context ends, so does the handler's.
func ExampleContext_CallContext() {
	rt := runtime.MustNew(runtime.Config{})
	_ = rt.Run(context.Background(), func(ctx *runtime.Context) error {
		server := patient{make(chan struct{}), make(chan error, 1)}
		p, err := genserver.Start(ctx, server, genserver.Options{})
		if err != nil {
			return err
		}
		bound, cancel := context.WithCancel(ctx)
		go func() { // ends with the call's beginning
			<-server.begun
			cancel()
		}()
		_, err = genserver.CallAs[string](bound, p, "anything")
		fmt.Println(errors.Is(err, context.Canceled), <-server.gaveUp != nil)
		return genserver.Stop(ctx, p, signal.Normal)
	})
	// Output: true true
}

// FormatState chooses what can be seen of a counter.
func (c *counter) FormatState() any { return map[string]int{"n": c.n} }

// What a live server has and does can be seen between two messages.
func ExampleGetState() {
	rt := runtime.MustNew(runtime.Config{})
	_ = rt.Run(context.Background(), func(ctx *runtime.Context) error {
		p, err := genserver.Start(ctx, &counter{n: 41}, genserver.Options{})
		if err != nil {
			return err
		}
		fmt.Println(genserver.GetState(ctx, p))
		err = genserver.ReplaceState(ctx, p, func(c *counter) *counter { c.n++; return c })
		fmt.Println(err)
		fmt.Println(genserver.GetState(ctx, p))
		return genserver.Stop(ctx, p, signal.Normal)
	})
	// Output:
	// map[n:41] <nil>
	// <nil>
	// map[n:42] <nil>
}
