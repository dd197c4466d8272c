package term

// The first byte of a MessagePack value. They equal msgpack/v5's msgpcode, which
// a test holds them to; msgpcode declares them as variables, and a variable is
// neither a switch case that compiles to a jump nor safe from being set.
const (
	codeNil      = 0xc0
	codeUnused   = 0xc1 // never used: MessagePack leaves it out
	codeFalse    = 0xc2
	codeTrue     = 0xc3
	codeBin8     = 0xc4
	codeBin16    = 0xc5
	codeBin32    = 0xc6
	codeExt8     = 0xc7
	codeExt16    = 0xc8
	codeExt32    = 0xc9
	codeFloat32  = 0xca
	codeFloat64  = 0xcb
	codeUint8    = 0xcc
	codeUint16   = 0xcd
	codeUint32   = 0xce
	codeUint64   = 0xcf
	codeInt8     = 0xd0
	codeInt16    = 0xd1
	codeInt32    = 0xd2
	codeInt64    = 0xd3
	codeFixExt1  = 0xd4
	codeFixExt2  = 0xd5
	codeFixExt4  = 0xd6
	codeFixExt8  = 0xd7
	codeFixExt16 = 0xd8
	codeStr8     = 0xd9
	codeStr16    = 0xda
	codeStr32    = 0xdb
	codeArray16  = 0xdc
	codeArray32  = 0xdd
	codeMap16    = 0xde
	codeMap32    = 0xdf

	codeFixMap   = 0x80 // to 0x8f: up to 15 pairs
	codeFixArray = 0x90 // to 0x9f: up to 15 elements
	codeFixStr   = 0xa0 // to 0xbf: up to 31 bytes
	codeFixNeg   = 0xe0 // to 0xff: -32 to -1; 0x00 to 0x7f are 0 to 127
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

// kindOf has the kind for each first byte.
var kindOf = func() (kinds [256]Kind) {
	fill := func(from, to int, k Kind) {
		for c := from; c <= to; c++ {
			kinds[c] = k
		}
	}
	fill(0x00, 0x7f, KindInt)
	fill(codeFixMap, codeFixMap+15, KindMap)
	fill(codeFixArray, codeFixArray+15, KindArray)
	fill(codeFixStr, codeFixStr+31, KindString)
	fill(codeNil, codeNil, KindNil)
	fill(codeFalse, codeTrue, KindBool)
	fill(codeBin8, codeBin32, KindBytes)
	fill(codeExt8, codeExt32, KindExt)
	fill(codeFloat32, codeFloat64, KindFloat)
	fill(codeUint8, codeInt64, KindInt)
	fill(codeFixExt1, codeFixExt16, KindExt)
	fill(codeStr8, codeStr32, KindString)
	fill(codeArray16, codeArray32, KindArray)
	fill(codeMap16, codeMap32, KindMap)
	fill(codeFixNeg, 0xff, KindInt)
	return kinds
}()
