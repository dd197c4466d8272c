package mailbox

import "fmt"

// Policy says what a bounded mailbox does with a message for which it has no
// room.
type Policy uint8

const (
	// Block makes the sender wait until there is room or its context ends.
	// Senders that wait are served in the order in which they came. What a
	// selective receive refuses keeps its room: when all are refused, and the
	// message that would match is one for which there is no room, both wait.
	Block Policy = iota
	// Reject refuses the message with [ErrMailboxFull].
	Reject
	// DropNewest drops the message; the send succeeds.
	DropNewest
	// DropOldest drops the oldest message that counts, to make room; the send
	// succeeds. That a selective receive has refused a message, or is looking at
	// it, does not keep it.
	DropOldest
	policyEnd // one past the last policy
)

// String returns the policy's name.
func (p Policy) String() string {
	names := [...]string{"block", "reject", "drop newest", "drop oldest"}
	if p >= policyEnd {
		return fmt.Sprintf("Policy(%d)", uint8(p))
	}
	return names[p]
}

// Config says what kind of mailbox [New] makes. The zero Config is an unbounded
// one.
type Config[T any] struct {
	// Capacity is the number of messages for which there is room. 0 means that
	// there is always room.
	Capacity int
	// Policy says what happens when there is no room. It needs a Capacity.
	Policy Policy
	// Exempt, if set, tells which messages are queued whatever the Capacity:
	// they are never refused or dropped, and do not count. It is called once for
	// each message, with the mailbox locked: it must be quick and must neither
	// use the mailbox nor panic.
	Exempt func(T) bool
	// OnDrop, if set, is called with each message that the policy drops, in the
	// goroutine of the sender that caused it, after its send has taken effect.
	OnDrop func(T)
}

func (c Config[T]) check() {
	switch {
	case c.Capacity < 0:
		panic(fmt.Sprintf("mailbox: negative capacity %d", c.Capacity))
	case c.Policy >= policyEnd:
		panic(fmt.Sprintf("mailbox: unknown policy %d", c.Policy))
	case c.Capacity == 0 && c.Policy != Block:
		panic(fmt.Sprintf("mailbox: policy %q needs a capacity", c.Policy))
	}
}
