package mailbox

import "errors"

// The errors that sending and receiving return. They come unwrapped, so both ==
// and errors.Is find them.
var (
	// ErrClosed tells a sender that the mailbox takes no more, and a receiver
	// that it is closed and has nothing, or nothing that matches. Trying again
	// does not help.
	ErrClosed = errors.New("mailbox: closed")
	// ErrMailboxFull tells a sender that there is no room now. Trying again
	// helps once the receiver has taken something out.
	ErrMailboxFull = errors.New("mailbox: full")
	// ErrTimeout tells a receiver that nothing, or nothing that matches, came
	// within the time it gave. Its text names no mailbox, so that a package built on
	// this one can return it where the mailbox is out of sight.
	ErrTimeout = errors.New("nothing came within the time given")
	// ErrEmpty tells a receiver that does not wait that nothing, or nothing
	// that matches, is queued. To [errors.Is] it is an [ErrTimeout] too: of no time.
	ErrEmpty error = emptyError{}
	// ErrConcurrentReceive tells a receiver that another goroutine is receiving
	// from the same mailbox at this moment. Nothing was taken out: it is a
	// mistake in the program.
	ErrConcurrentReceive = errors.New("mailbox: two goroutines receive at once")
	// ErrInterrupted tells the receiver in [Mailbox.RecvInterruptible] that
	// [Mailbox.Interrupt] was called.
	ErrInterrupted = errors.New("mailbox: interrupted")
	// ErrStopped tells a sender that its stop flag was set before the message
	// was queued. See [Mailbox.SendUnless].
	ErrStopped = errors.New("mailbox: sender was stopped")
)

// emptyError is the type of ErrEmpty, for it to be an ErrTimeout as well.
type emptyError struct{}

func (emptyError) Error() string { return "mailbox: nothing to receive" }

func (emptyError) Is(target error) bool { return target == ErrTimeout }
