package worker

import (
	"fmt"
	"math/rand/v2"
)

// Text is the string that every local message carries: 16 bytes.
const Text = "sixteen bytes is"

// Message is what the local workloads send: 8 bytes of number and a string of
// 16 bytes. Every send makes a new one, as a program would.
type Message struct {
	Seq  int64
	Text string
}

// NewMessage returns the message with number seq.
func NewMessage(seq int64) Message { return Message{Seq: seq, Text: Text} }

// A Count is what a receiver makes of its messages: how many there were, the
// sum of their numbers and of the lengths of their texts.
type Count struct {
	Messages, Sum, Bytes int64
}

// Add counts one message, and says how many there were up to now.
func (c *Count) Add(seq int64, text string) int64 {
	c.Messages++
	c.Sum += seq
	c.Bytes += int64(len(text))
	return c.Messages
}

// Check is nil if c counts exactly the messages 1 to n of each of senders
// senders, with texts of size bytes.
func (c Count) Check(senders, n, size int) error {
	want := Count{
		Messages: int64(senders) * int64(n),
		Sum:      int64(senders) * int64(n) * (int64(n) + 1) / 2,
		Bytes:    int64(senders) * int64(n) * int64(size),
	}
	if c != want {
		return fmt.Errorf("received %+v, want %+v", c, want)
	}
	return nil
}

// Equal is nil if got is want; what names the quantity.
func Equal[T comparable](what string, got, want T) error {
	if got != want {
		return fmt.Errorf("%s is %v, want %v", what, got, want)
	}
	return nil
}

// Different is nil unless got is other; what names the quantity.
func Different[T comparable](what string, got, other T) error {
	if got == other {
		return fmt.Errorf("%s is %v", what, got)
	}
	return nil
}

// RingSize is the number of processes in a ring that a token crosses n times.
func RingSize(n int) int { return min(10_000, n) }

// PerName is the number of messages that each name gets, and Names makes the
// names for n messages: 100,000 of them for a million.
const PerName = 10

// Names returns n/PerName names.
func Names(n int) []string {
	names := make([]string, n/PerName)
	for i := range names {
		names[i] = fmt.Sprintf("name-%d", i)
	}
	return names
}

// Shuffle puts the names, or what stands for them, into the order in which they
// are sent to. It is the same in each run, and not that in which they were made:
// a program that sends to names does not go through memory in order.
func Shuffle[T any](names []T) {
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(names), func(i, j int) {
		names[i], names[j] = names[j], names[i]
	})
}

// LeafSum is what a tree with n leaves numbered from 0 must add up to.
func LeafSum(n int) int64 { return int64(n) * int64(n-1) / 2 }

// A Part is a range of leaves of a tree: Size of them, numbered from First.
type Part struct{ First, Size int }

// Split divides size leaves numbered from first among ten children, or among
// fewer where there are fewer leaves.
func Split(first, size int) []Part {
	children := min(10, size)
	parts := make([]Part, children)
	for i := range parts {
		parts[i].Size = size / children
		if i < size%children {
			parts[i].Size++
		}
		parts[i].First = first
		first += parts[i].Size
	}
	return parts
}

// Report is the count as a text, for a receiver in another process to send
// back.
func (c Count) Report() string {
	return fmt.Sprintf("%d %d %d", c.Messages, c.Sum, c.Bytes)
}

// CheckReport is nil if the report counts exactly the messages 1 to n of one
// sender, with bodies of size bytes.
func CheckReport(report string, n, size int) error {
	var c Count
	if _, err := fmt.Sscan(report, &c.Messages, &c.Sum, &c.Bytes); err != nil {
		return fmt.Errorf("report %q: %w", report, err)
	}
	return c.Check(1, n, size)
}

// Callers is how many call the server of workload server at once, and FarCallers that
// of remcall.
const (
	Callers    = 8
	FarCallers = 64
)

// Portion is how many of n operations the i-th of so many callers does.
func Portion(n, callers, i int) int {
	portion := n / callers
	if i < n%callers {
		portion++
	}
	return portion
}

// Order is the numbers from 0 to n-1 in the order in which Shuffle puts n names.
func Order(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	Shuffle(order)
	return order
}

// Queue is the length of the queue behind which n messages are picked out.
func Queue(n int) int { return min(100_000, 50*n) }
