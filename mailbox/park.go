package mailbox

// A parker lets the receiver wait without a lock until a sender wakes it. The two
// of them keep to this:
//
//   - prepare, then one wake and one park, in either order or at once;
//   - prepare happens before the wake: both are called with the mailbox locked, or
//     the wake right after it was.
//
// There are two. The one in park_runtime.go asks the scheduler itself, as channels
// and mutexes do; the one in park_channel.go uses a channel. They differ in what
// they cost: the first needs 8 bytes for each mailbox and nothing for a receiver
// that waits, the second 8 bytes, a channel, and what the scheduler needs to queue a
// goroutine up in it, 200 bytes together, and a quarter more time for a round trip.

// wakeup says why a receiver was woken.
type wakeup uintptr

const (
	lookAgain wakeup = iota + 1 // something has changed
	mailInOut                   // a message was put straight into out
)
