package registry_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
)

// printer is a process that prints what it gets. It lives for ever and lets any
// name be bound.
type printer struct{}

func (printer) Deliver(_ context.Context, env signal.Envelope) error {
	fmt.Println("got", env.Value)
	return nil
}
func (printer) BindName(string) error { return nil }
func (printer) UnbindName(string)     {}

func Example() {
	node, _ := pid.NewNode("shop@host1")
	reg := registry.New[printer](node.ID())
	p := node.NextPID()
	_ = reg.Register(p, printer{})
	_ = reg.RegisterName("till", p)

	ctx := context.Background()
	_ = reg.Send(ctx, p, signal.Envelope{Kind: signal.Message, Value: "hello"})
	_ = reg.SendNamed(ctx, pid.Name{Name: "till"}, signal.Envelope{Kind: signal.Message, Value: "again"})
	err := reg.Send(ctx, node.NextPID(), signal.Envelope{Kind: signal.Message, Value: "lost"})
	fmt.Println(errors.Is(err, registry.ErrNoProc))
	// Output:
	// got hello
	// got again
	// true
}

func ExampleRegistry_RegisterName() {
	node, _ := pid.NewNode("")
	reg := registry.New[printer](node.ID())
	first, second := node.NextPID(), node.NextPID()
	_ = reg.Register(first, printer{})
	_ = reg.Register(second, printer{})
	fmt.Println(reg.RegisterName("till", first))
	fmt.Println(errors.Is(reg.RegisterName("till", second), registry.ErrNameTaken))
	// Output:
	// <nil>
	// true
}

func ExampleRegistry_Unregister() {
	node, _ := pid.NewNode("")
	reg := registry.New[printer](node.ID())
	p := node.NextPID()
	_ = reg.Register(p, printer{})
	_ = reg.RegisterName("till", p)
	fmt.Println(reg.Node() == p.Node(), reg.Contains(p))

	reg.ReleaseName("till", p) // the name first: nobody is to find one that has ended
	reg.Unregister(p)
	_, found := reg.Whereis("till")
	fmt.Println(found, reg.Contains(p))
	// Output:
	// true true
	// false false
}

func ExampleRegistry_SendRaw() {
	node, _ := pid.NewNode("")
	reg := registry.New[printer](node.ID())
	from, to := node.NextPID(), node.NextPID()
	_ = reg.Register(to, printer{})
	_ = reg.SendRaw(context.Background(), from, to, []byte{1, 2})
	// Output: got [1 2]
}
