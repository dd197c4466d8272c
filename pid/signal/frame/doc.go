// Package frame is the form that all frames between two nodes have: a length, and one
// MessagePack array of a kind and its fields.
//
//	frame = length body        length: 4 bytes, big-endian, the number of bytes of body
//	body  = [kind, field, field, …]
//
// It knows no kind. The frames of signals are read and written by package signal, all
// others by module remote, whose PROTOCOL.md describes them.
package frame
