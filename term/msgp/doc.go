// Package msgp appends and reads MessagePack without reflection: the layer below
// package term, for protocols that have a fixed form. It is the one place of this
// project that knows the first bytes of MessagePack's values.
//
// Functions whose names begin with Append append one value, or the header of one, to
// a slice. Those that begin with Read read one from the beginning of a slice and
// return what follows it:
//
//	b := msgp.AppendString(msgp.AppendUint(msgp.AppendArrayLen(nil, 2), 7), "seven")
//	n, rest, err := msgp.ReadArrayLen(b)  // 2
//	id, rest, err := msgp.ReadUint(rest)  // 7
//	text, rest, err := msgp.ReadView(rest) // "seven"
//
// They never look past the end of the slice, never allocate, and never return a
// length that the bytes behind it do not bear out. What they do not bound is how deep
// values are nested and how many there are: that does [Walker].
package msgp
