// Package mailbox has the queue in which messages wait for a process: many
// goroutines send, one receives.
//
//	var box mailbox.Mailbox[string] // ready to use, unbounded
//	go box.Send(ctx, "hello")
//	msg, err := box.Recv()
//
// A mailbox is unbounded unless made with [New] and a capacity; then a [Policy]
// says what happens to a message for which there is no room. It can be received
// from in order, with a timeout, without waiting, and selectively: the first
// message that matches, the rest left in order.
//
// # Guarantees
//
//   - What one goroutine sends is received in the order in which it was sent.
//   - A message is received once, unless the policy drops it. A send that returns
//     an error has queued nothing.
//   - What is queued when the mailbox closes can still be received.
//   - A selective receive looks at each message once, however long it waits.
//   - Memory that a burst took goes back once the burst has been received.
//   - A mailbox has no goroutine of its own, except while [Mailbox.Chan] is in use.
//
// # Limits
//
//   - There is no order between two senders.
//   - One goroutine at a time may receive; a second one is told so.
//   - A selective receive begins with the oldest message each time it is called,
//     and so takes time in proportion to what it refuses.
//   - Messages are passed as they are, not copied: with a pointer, sender and receiver
//     share what it points to. Nothing is kept on disk.
//
// # How it waits
//
// The package uses nothing outside the standard library. With the releases of Go that it
// knows, a receiver waits by runtime.gopark and runtime.goready, which channels and mutexes
// use and Go keeps linkable. With other releases, under the race detector, and with the
// build tag starlang_portable, it waits in a channel. Two things differ besides speed and
// memory: without the channel, a goroutine outside of a [testing/synctest] bubble may wake a
// receiver inside without a panic, and the goroutine leak profile does not list a receiver
// whose mailbox nobody can reach. The README says more.
package mailbox
