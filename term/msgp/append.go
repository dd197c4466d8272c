package msgp

import (
	"encoding/binary"
	"math"
	"time"
)

// AppendNil appends nil.
func AppendNil(dst []byte) []byte { return append(dst, CodeNil) }

// AppendBool appends a boolean.
func AppendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, CodeTrue)
	}
	return append(dst, CodeFalse)
}

// AppendInt appends an integer in its shortest form.
func AppendInt(dst []byte, v int64) []byte {
	switch {
	case v >= 0:
		return AppendUint(dst, uint64(v))
	case v >= -32:
		return append(dst, byte(v))
	case v >= math.MinInt8:
		return append(dst, CodeInt8, byte(v))
	case v >= math.MinInt16:
		return append(dst, CodeInt16, byte(v>>8), byte(v))
	case v >= math.MinInt32:
		return binary.BigEndian.AppendUint32(append(dst, CodeInt32), uint32(v))
	default:
		return binary.BigEndian.AppendUint64(append(dst, CodeInt64), uint64(v))
	}
}

// AppendUint appends an unsigned integer in its shortest form.
func AppendUint(dst []byte, v uint64) []byte {
	switch {
	case v <= math.MaxInt8:
		return append(dst, byte(v))
	case v <= math.MaxUint8:
		return append(dst, CodeUint8, byte(v))
	case v <= math.MaxUint16:
		return append(dst, CodeUint16, byte(v>>8), byte(v))
	case v <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(dst, CodeUint32), uint32(v))
	default:
		return binary.BigEndian.AppendUint64(append(dst, CodeUint64), v)
	}
}

// AppendFloat32 appends a float of 32 bits.
func AppendFloat32(dst []byte, v float32) []byte {
	return binary.BigEndian.AppendUint32(append(dst, CodeFloat32), math.Float32bits(v))
}

// AppendFloat64 appends a float of 64 bits.
func AppendFloat64(dst []byte, v float64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, CodeFloat64), math.Float64bits(v))
}

// AppendString appends a string. It must be shorter than 4 GiB.
func AppendString(dst []byte, v string) []byte {
	if len(v) < 32 {
		dst = append(dst, CodeFixStr|byte(len(v)))
	} else {
		dst = appendLen(dst, len(v), CodeStr8, CodeStr16, CodeStr32)
	}
	return append(dst, v...)
}

// AppendBytes appends bytes, or nil if v is nil. They must be fewer than 4 Gi.
func AppendBytes(dst, v []byte) []byte {
	if v == nil {
		return AppendNil(dst)
	}
	return append(appendLen(dst, len(v), CodeBin8, CodeBin16, CodeBin32), v...)
}

// AppendArrayLen appends the header of an array; n values must follow.
func AppendArrayLen(dst []byte, n int) []byte {
	if n < 16 {
		return append(dst, CodeFixArray|byte(n))
	}
	return appendWideLen(dst, n, CodeArray16, CodeArray32)
}

// AppendMapLen appends the header of a map; n pairs of key and value must follow.
func AppendMapLen(dst []byte, n int) []byte {
	if n < 16 {
		return append(dst, CodeFixMap|byte(n))
	}
	return appendWideLen(dst, n, CodeMap16, CodeMap32)
}

// AppendExtHeader appends the header of an extension; n bytes must follow.
func AppendExtHeader(dst []byte, code int8, n int) []byte {
	switch n {
	case 1:
		return append(dst, CodeFixExt1, byte(code))
	case 2:
		return append(dst, CodeFixExt2, byte(code))
	case 4:
		return append(dst, CodeFixExt4, byte(code))
	case 8:
		return append(dst, CodeFixExt8, byte(code))
	case 16:
		return append(dst, CodeFixExt16, byte(code))
	}
	return append(appendLen(dst, n, CodeExt8, CodeExt16, CodeExt32), byte(code))
}

// ExtTimestamp is the extension code of MessagePack's timestamp.
const ExtTimestamp int8 = -1

// AppendTime appends MessagePack's timestamp: the instant to the nanosecond,
// without a location.
func AppendTime(dst []byte, v time.Time) []byte {
	sec, nsec := uint64(v.Unix()), uint64(v.Nanosecond())
	switch {
	case sec>>34 != 0:
		dst = AppendExtHeader(dst, ExtTimestamp, 12)
		dst = binary.BigEndian.AppendUint32(dst, uint32(nsec))
		return binary.BigEndian.AppendUint64(dst, sec)
	case nsec == 0 && sec>>32 == 0:
		return binary.BigEndian.AppendUint32(AppendExtHeader(dst, ExtTimestamp, 4), uint32(sec))
	default:
		return binary.BigEndian.AppendUint64(AppendExtHeader(dst, ExtTimestamp, 8), nsec<<34|sec)
	}
}

func appendLen(dst []byte, n int, code8, code16, code32 byte) []byte {
	if n <= math.MaxUint8 {
		return append(dst, code8, byte(n))
	}
	return appendWideLen(dst, n, code16, code32)
}

func appendWideLen(dst []byte, n int, code16, code32 byte) []byte {
	if n <= math.MaxUint16 {
		return append(dst, code16, byte(n>>8), byte(n))
	}
	return binary.BigEndian.AppendUint32(append(dst, code32), uint32(n))
}
