// Package protobuf lets messages that protoc-gen-go has generated travel between
// processes, alone and inside of other values.
//
// The smallest program, for a message Joined of package chat:
//
//	func init() { protobuf.MustRegister[*chatpb.Joined]() }
//
//	err := ctx.Send(to, &chatpb.Joined{Room: "lobby"})
//
// It is the pointer that travels, as everywhere in Go's protobuf; a nil one arrives as
// nil. The wire name is the full name of the message, "chat.Joined". On the way to
// another node a message is in protobuf's own encoding, so fields may be added and
// removed as always. A process of the same node gets a clone.
//
// Both get equal messages, in the sense of proto.Equal. What protobuf cannot encode is
// refused on the same node too: required fields that are not set, strings that are
// not UTF-8, messages that contain themselves or are nested deeper than
// [MaxDepth]. Extensions arrive as far as the receiver's program has them.
//
// Bytes from elsewhere are held to [term.Limits]: the memory that a message will take
// is counted before it is decoded.
package protobuf
