// Package term carries Go values between processes: on the wire as MessagePack,
// and within a node as copies that share no memory with the sender.
package term
