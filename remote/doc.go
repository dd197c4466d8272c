// Package remote connects the runtimes of several programs. After [Start] a send,
// link, monitor, exit or call to a process of another node means what it means here:
//
//	rt := runtime.MustNew(runtime.Config{Name: "shop@10.0.0.7:4370"})
//	node, err := remote.Start(rt, remote.Config{Cookie: cookie, TLSSource: files.Load})
//	if err != nil {
//		return err
//	}
//	defer node.Close(context.Background())
//	...
//	err = ctx.Send(p, Order{...}) // p is wherever it is
//
// Nodes connect when they need each other. Each proves to the other that it has the
// same cookie, without sending it; TLS, if configured, encrypts.
//
// # What is guaranteed
//
//   - Order: from one process to another, signals of all kinds arrive in the order
//     in which they were sent, and each once. When a connection is lost, what is
//     missing is a suffix of what was sent over it.
//   - Loss is told: when a connection is lost, each link and monitor that crosses it
//     gives one exit or down with reason noconnection, and each call fails at once.
//     The two sides keep nothing of each other. Signals over the next connection come
//     after these.
//   - A send that returns nil has its place in the queue of a connection that was up.
//     One that returns an error has sent nothing.
//   - Memory is bounded: queues by Config.QueueBytes and one message, what arrives by
//     Config.WaitingBytes and one message. Senders wait instead, or get [ErrBusy].
//   - Nothing of a process that has ended is sent, and no peer can speak for a process
//     that is not its own.
//
// # What waits for what
//
// A message waits while its node is being connected to, at most Config.ConnectTimeout,
// and while the queue is full. After a failed attempt, or a connection shorter than a
// heartbeat interval, a node is not tried for a while (Config.MinBackoff to
// MaxBackoff); sends then fail at once with [ErrBackoff]. Links,
// monitors and exits never wait: they come back as noconnection if need be.
//
// A bounded mailbox of policy Block that is full holds up messages to that process, and
// what their senders send it after them. Everything else goes on, until
// Config.WaitingBytes wait; then the whole connection does.
//
// A large message travels in fragments, one such message at a time on each connection.
// Small ones pass between the fragments.
//
// # What is not
//
// A plain connection is neither encrypted nor protected against who can change packets
// on the way; the cookie proves the ends at the beginning. Use TLS beyond a network
// that you trust. A peer that has the cookie is trusted to be a peer: it can send
// anything to any process, kill it, and spawn what [Node.RegisterFunc] allows. It
// cannot exhaust memory or stop a node. A resolver that takes addresses from names, as
// the default one does, dials whatever name a message brings: use [StaticResolver]
// among peers that are not trusted with that.
//
// PROTOCOL.md describes the bytes.
package remote
