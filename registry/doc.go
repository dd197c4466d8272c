// Package registry knows who is alive on a node and under which name, and brings
// a signal to the process it is addressed to: to the local handle, or through
// the [RemoteSendHook] to another node.
//
// A [Registry] is generic over the [Handle] that stands for a process, so it
// needs no runtime: any program that has something to deliver to can use it.
//
//	node, err := pid.NewNode("shop@host1")
//	...
//	reg := registry.New[*worker](node.ID())
//	p := node.NextPID()
//	err = reg.Register(p, w)
//	err = reg.RegisterName("till", p)
//	err = reg.Send(ctx, p, signal.Envelope{Kind: signal.Message, Value: "hello"})
//
// Guarantees: of many who register one name at once, one succeeds; no name ever
// belongs to a process that is not alive; a PID of another start of this node
// matches nothing. Nothing on the way of a local signal locks anything global.
package registry
