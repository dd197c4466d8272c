package msgp

// The first byte of a MessagePack value. They equal msgpack/v5's msgpcode, which
// a test of package term holds them to; msgpcode declares them as variables, and a
// variable is neither a switch case that compiles to a jump nor safe from being set.
const (
	CodeNil      = 0xc0
	CodeUnused   = 0xc1 // never used: MessagePack leaves it out
	CodeFalse    = 0xc2
	CodeTrue     = 0xc3
	CodeBin8     = 0xc4
	CodeBin16    = 0xc5
	CodeBin32    = 0xc6
	CodeExt8     = 0xc7
	CodeExt16    = 0xc8
	CodeExt32    = 0xc9
	CodeFloat32  = 0xca
	CodeFloat64  = 0xcb
	CodeUint8    = 0xcc
	CodeUint16   = 0xcd
	CodeUint32   = 0xce
	CodeUint64   = 0xcf
	CodeInt8     = 0xd0
	CodeInt16    = 0xd1
	CodeInt32    = 0xd2
	CodeInt64    = 0xd3
	CodeFixExt1  = 0xd4
	CodeFixExt2  = 0xd5
	CodeFixExt4  = 0xd6
	CodeFixExt8  = 0xd7
	CodeFixExt16 = 0xd8
	CodeStr8     = 0xd9
	CodeStr16    = 0xda
	CodeStr32    = 0xdb
	CodeArray16  = 0xdc
	CodeArray32  = 0xdd
	CodeMap16    = 0xde
	CodeMap32    = 0xdf

	CodeFixMap   = 0x80 // to 0x8f: up to 15 pairs
	CodeFixArray = 0x90 // to 0x9f: up to 15 elements
	CodeFixStr   = 0xa0 // to 0xbf: up to 31 bytes
	CodeFixNeg   = 0xe0 // to 0xff: -32 to -1; 0x00 to 0x7f are 0 to 127
)

// Kind is what a MessagePack value is, told by its first byte.
type Kind uint8

// The kinds of value.
const (
	KindInvalid Kind = iota // no value: the end of the bytes, or the unused byte 0xc1
	KindNil
	KindBool
	KindInt
	KindFloat
	KindString
	KindBytes
	KindArray
	KindMap
	KindExt
)

// String returns the kind's name in English: "a string", "nil".
func (k Kind) String() string { return kindNames[min(k, KindExt+1)] }

var kindNames = [...]string{
	"nothing", "nil", "a boolean", "an integer", "a float", "a string", "bytes",
	"an array", "a map", "an extension", "an unknown kind",
}

// KindOf returns the kind of the value whose first byte is c.
func KindOf(c byte) Kind { return kinds[c] }

var kinds = func() (kinds [256]Kind) {
	fill := func(from, to int, k Kind) {
		for c := from; c <= to; c++ {
			kinds[c] = k
		}
	}
	fill(0x00, 0x7f, KindInt)
	fill(CodeFixMap, CodeFixMap+15, KindMap)
	fill(CodeFixArray, CodeFixArray+15, KindArray)
	fill(CodeFixStr, CodeFixStr+31, KindString)
	fill(CodeNil, CodeNil, KindNil)
	fill(CodeFalse, CodeTrue, KindBool)
	fill(CodeBin8, CodeBin32, KindBytes)
	fill(CodeExt8, CodeExt32, KindExt)
	fill(CodeFloat32, CodeFloat64, KindFloat)
	fill(CodeUint8, CodeInt64, KindInt)
	fill(CodeFixExt1, CodeFixExt16, KindExt)
	fill(CodeStr8, CodeStr32, KindString)
	fill(CodeArray16, CodeArray32, KindArray)
	fill(CodeMap16, CodeMap32, KindMap)
	fill(CodeFixNeg, 0xff, KindInt)
	return kinds
}()
