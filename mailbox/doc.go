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
// Guarantees: what one goroutine sends is received in the order in which it was
// sent; what is queued when the mailbox closes can still be received; memory
// that a burst took goes back once the burst has been received.
//
// Not promised: an order between two senders, and any durability.
//
// The package uses nothing outside the standard library.
package mailbox
