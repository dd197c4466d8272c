// Package dist owns what crosses nodes: links, monitors, calls. It is the one place
// where it is decided how each of them begins and ends, whatever crosses on the way and
// whatever is lost; so it is Erlang's distribution without the bytes.
//
// A carrier brings the bytes: module remote does it over TCP, remotetest in memory, and
// another protocol is a carrier of its own. It needs no more than this:
//
//	port, err := dist.Open(rt, dialler, dist.Config{})
//	peer := port.Up(id, carrier, dist.Features{}) // a connection is proven and up
//	err := peer.In(s)                             // a signal that has arrived, in order
//	peer.Down(cause)                              // the connection is gone
//
// The way out: the runtime gives a signal to [Port.SendRemote], which finds the peer, or
// keeps the signal while the [Dialler] connects; the peer takes note of what it begins or
// ends and gives it to the [Carrier]. The way in: the carrier gives a signal to [Peer.In],
// which takes note in the same way and gives it to the process. Each goes through the files
// in one direction:
//
//	out: port → node, if it has to wait for a connection → out → the carrier
//	in:  the carrier → batch, or in → relate → deliver → the process
//
// # What is guaranteed
//
//   - Each link and monitor that crosses a connection ends exactly once, and each call:
//     by what the other side says, or with noconnection by [Peer.Down]. Both sides agree
//     on which links there are, also while unlinks cross.
//   - An end that was long on its way ends what it was about, and nothing younger.
//   - Order: signals from one process to another take effect in the order in which
//     the carrier gives them.
//   - Nothing but messages waits for room. In never waits at all: a message for a full
//     mailbox waits in the mailbox, and a signal that must come after it lets it in
//     beyond the bound. What waits in this way counts against the peer: see
//     [Peer.AwaitRoom].
//   - No code of the program runs in the goroutine that calls In. What may run any is left
//     to [Signal].Decode, which delays what its sender sends to the same receiver behind
//     it, and nothing else.
package dist
