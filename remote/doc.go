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
// same cookie, without sending it; TLS, if configured, encrypts. A connection that
// nothing needs any more is closed, and made again when it is needed.
//
// # How it works
//
// A connection, once it is proven, is package internal/conn: frames, a queue and its writer,
// a reader, a heartbeat. It does not know the node: what it asks of it is the interface
// conn.Owner. This package is what makes connections and what stands at both their ends.
// Two pipelines, each in one direction through the files:
//
//	out: dist → conn, which came by resolver → dial → handshake → peers
//	in:  accept → pending → handshake → peers → conn → dist, or owner for requests
//
// Out: package dist, which owns what crosses nodes, finds the connection or asks for one
// ([Node.Connect] does too). The sender encodes its message itself, waits for room in the
// connection's queue, and appends the frame there in one critical section with looking
// whether it is still alive; the connection's writer hands what is queued to the operating
// system.
//
// In: an accepted connection is pending until its dialler has proven itself and the node
// has decided between connections of one pair. Then the connection's reader decodes frames
// where they lie and gives each signal to package dist before the next. It never waits for
// one process, and pauses only when too much waits in all. What needs code of the program to
// be decoded is left to another goroutine.
//
// Beside these: peer is what the node knows of another name, owner what it does for a
// connection; package guard and journal run code of the program, so that whatever it does
// costs one attempt or one log line; request and spawn ask other nodes, info and inspect
// answer what is asked about this one.
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
//   - A send that returns nil has its place in the queue of a connection, or waits for
//     one that is being made: it is lost if that fails, as when the connection is lost
//     later. One that returns an error has sent nothing.
//   - Memory is bounded, for each connection and for all of them: see the limits in
//     [Config]. Senders wait instead, or get [ErrBusy]; a peer that makes this node keep
//     more is cut off.
//   - Code of the program that is given in a Config may panic, end its goroutine or
//     hang: that costs the attempt, the connection or the log lines that it was called
//     for. A decoding method of the program that does costs its message, and delays what
//     the same sender sends to the same receiver, for Config.DecodeTimeout at the most.
//   - Nothing of a process that has ended is sent, and no peer can speak for a process
//     that is not its own.
//
// # What waits for what
//
// A message to a node that is not connected waits for the attempt, at most
// Config.ConnectTimeout; its sender goes on, unless Config.QueueBytes of messages wait
// already. A message also waits while the queue of its connection is full, and its sender
// with it. After a failed attempt, or a connection shorter than a heartbeat interval, a
// node is not tried for a while (Config.MinBackoff to MaxBackoff); sends then fail at once
// with [ErrBackoff]. Links, monitors, exits and replies never wait: the first three come
// back as noconnection if need be, a reply goes over a connection that is up or fails.
//
// A message for a bounded mailbox of policy Block that is full waits for room there, and
// holds up nothing else, until Config.WaitingBytes wait; then the whole connection does. What
// its sender sends behind it that is no message lets it in beyond the bound: an exit, a down,
// a reply or a link never waits for room.
//
// A large message travels in fragments, one such message at a time on each connection.
// Small ones pass between the fragments.
//
// # What is not
//
// A plain connection is neither encrypted nor protected against who can change packets
// on the way; the cookie proves the ends at the beginning. Use TLS beyond a network
// that you trust. A peer that has the cookie is trusted to be a peer: it can send
// anything to any process, kill it, and spawn what [Node.RegisterFunc] allows, without
// limit to what these functions use. It may take any name that is not connected, unless
// Config.VerifyName binds names to certificates. What it makes this module keep is
// bounded, and so is what it can hold up: a process that sends to it waits while the
// peer reads slowly, see Config.WhenFull. A resolver that takes addresses from names, as
// the default one does, dials whatever name a message brings: use [StaticResolver]
// among peers that are not trusted with that.
//
// NodeUp and NodeDown tell of connections, which come and go as they are needed: they do not
// say who is a member of a network. Package cluster does.
//
// PROTOCOL.md describes the bytes.
package remote
