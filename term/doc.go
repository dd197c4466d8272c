// Package term carries Go values between processes: to other nodes as
// MessagePack, and within a node as copies that share no memory with the sender.
// It is useful without processes too, wherever values of known and unknown types
// are written, read and passed on: gateways, log readers, tools.
//
// The smallest program:
//
//	type Joined struct{ Room string }
//
//	func init() { term.MustRegister[Joined]("chat.Joined") }
//
//	b, err := term.AppendMessage(nil, Joined{"lobby"}) // here
//	v, err := term.DecodeMessage(b)                    // there: v is a Joined
//
// # Two ways to write a value
//
// [Encode] writes a value alone; whoever decodes it must know its type and says
// so: [Decode]. [AppendMessage] writes the name of the type beside the value, and
// [DecodeMessage] returns a value of that very type. What is in an interface, such
// as a field of type any, is written in the second way in both.
//
// Go's own types and the common composites of them have names from the start, all
// others need [Register]. Structs are maps from the names of their fields: fields
// may be added, removed and reordered, what the receiver does not know is skipped.
// The tags of msgpack/v5 count: `msgpack:"name,omitempty"`, `msgpack:"-"`. The
// whole format is in FORMAT.md.
//
// # The same value arrives, wherever the receiver is
//
// [Isolate] returns what a local receiver gets. It equals, by reflect.DeepEqual,
// what comes out of [DecodeMessage] elsewhere, and it costs nothing for values that
// Go itself copies. How values of a type are copied, encoded and decoded is decided
// once, when the first one is seen, and then found without a lock.
//
// What changes on the way, and so also on the way to a local receiver: times are in
// UTC and lose their monotonic clock reading; fields tagged "-" are zero; pointers
// to one variable become pointers to several; a pointer to a nil slice, map,
// pointer or interface becomes a nil pointer; a [Raw] or an [Ext] in an interface
// whose type has been registered becomes a value of that type. Nil and empty
// slices and maps stay what they are.
//
// # Types with a form of their own
//
// A type that implements [Appender] and [Parser] writes and reads itself, and
// [RegisterExt] gives it an extension code instead of a name. The methods that
// msgpack/v5 honours, its own and those of package encoding, are used through it.
// Methods that a struct inherits from an embedded field do not count: they would
// speak for that field alone.
//
// A type of another package is given a form by [RegisterCodec]. [Share] wraps a value
// that never changes, which is then passed within the node without a copy.
//
// # Errors
//
// An error in a field of type error, or given to [CarryError], keeps its text and
// what is registered of it: the sentinels of [RegisterError], for errors.Is, and errors
// whose types have a wire name, for errors.As, also where they are wrapped or joined.
//
// # Untrusted bytes
//
// Every decoding is bounded by [Limits], all of which are checked before memory is
// allocated. Bytes after the value, duplicate keys and numbers that do not fit are
// errors. No table grows with what a peer sends: atoms are in none, and types are
// the program's. Methods of the program that panic while they read or write a value
// fail with an [ErrPanic].
//
// For a type that msgpack/v5 decodes, what its method may allocate is estimated by
// the values in its bytes and the types that its fields mention, before the method
// sees any of it. What a method allocates beside that, by a length that it reads
// from the content of a string or extension, only the method itself can bound.
//
// # Not promised
//
// The order of a map's entries in its encoding, so equal values may have different
// encodings. Shared pointers and cycles. That a value can be sent before it was
// tried: an interface may hold anything.
package term
