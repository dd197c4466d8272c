package mailbox

// A parker lets the receiver wait without a lock until a sender wakes it. It is in
// one of three states, quiet, parked or notified:
//
//	quiet --park--> parked     the receiver; nothing else is done without the lock
//	quiet --notify--> notified    a sender, or who else has something to tell
//	parked --notify--> notified   the same, and wakes the receiver
//	parked --unpark--> quiet   a sender that has put its message straight into out
//	notified --reset--> quiet    the receiver, having looked at all there is
//
// Since park does nothing unless it is quiet, no wake-up is lost. So a receiver that
// finds its mailbox quiet has no need for the lock to wait: that is one pair of
// atomic operations less for each message of a conversation, of five.
//
// There are two parkers. The one in park_runtime.go asks the scheduler itself, as
// channels and mutexes do; the one in park_channel.go uses a channel. They differ in
// what they cost: the first needs 8 bytes for each mailbox and nothing for a receiver
// that waits, the second a channel, and what the scheduler needs to queue a goroutine
// up in it, 200 bytes together, and a quarter more time for a round trip.
