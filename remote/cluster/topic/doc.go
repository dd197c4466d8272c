// Package topic has publish and subscribe over the nodes of a cluster.
//
//	t, err := topic.Open(c, "chat", topic.Options{})
//	...
//	err = t.Subscribe(ctx, "room 1")  // in one process
//	err = t.Publish(ctx, "room 1", Said{"hello"}) // in another, on any node
//	m, err := runtime.Receive[topic.Message](ctx) // in the first one
//
// A message goes once to each node that has a subscriber, and is copied there. Nothing is
// stored, and no directory is needed.
//
// # What it guarantees
//
//   - Order: what one process publishes to one topic arrives at each subscriber in that
//     order. A lost connection, or a full mailbox, loses messages and swaps none.
//   - A subscriber holds nobody up: one with a bounded mailbox that is full misses the
//     message, whatever the mailbox's policy, and that is counted.
//   - A node that takes nothing makes Publish wait for as long as its context allows, or
//     misses the message, by option.
//
// # What it does not
//
// Nothing is delivered twice, so it is delivered at most once. Who subscribes while a
// message is published may get it or not.
package topic
