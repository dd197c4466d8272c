package term

import (
	"time"

	"github.com/starlang-go/starlang/term/msgp"
)

// The functions that append are those of package msgp, under the names that a type
// with a form of its own uses beside [Reader]. The package itself calls those of
// msgp: the compiler inlines them, but not through these.

// Appender is implemented by types that write their own MessagePack form. The
// same type's pointer implements [Parser].
type Appender interface {
	// AppendTerm appends exactly one MessagePack value to dst and returns the
	// extended slice. The value must not be nil, which stands for a nil pointer;
	// the form of a type given to [RegisterExt] must be the extension of its code,
	// for the zero value too. It must not change the receiver. A panic becomes an
	// [ErrPanic]; runtime.Goexit ends the goroutine that sends.
	AppendTerm(dst []byte) ([]byte, error)
}

// AppendNil appends nil.
func AppendNil(dst []byte) []byte { return msgp.AppendNil(dst) }

// AppendBool appends a boolean.
func AppendBool(dst []byte, v bool) []byte { return msgp.AppendBool(dst, v) }

// AppendInt appends an integer in its shortest form.
func AppendInt(dst []byte, v int64) []byte { return msgp.AppendInt(dst, v) }

// AppendUint appends an unsigned integer in its shortest form.
func AppendUint(dst []byte, v uint64) []byte { return msgp.AppendUint(dst, v) }

// AppendFloat32 appends a float of 32 bits.
func AppendFloat32(dst []byte, v float32) []byte { return msgp.AppendFloat32(dst, v) }

// AppendFloat64 appends a float of 64 bits.
func AppendFloat64(dst []byte, v float64) []byte { return msgp.AppendFloat64(dst, v) }

// AppendString appends a string. It must be shorter than 4 GiB.
func AppendString(dst []byte, v string) []byte { return msgp.AppendString(dst, v) }

// AppendBytes appends bytes, or nil if v is nil. They must be fewer than 4 Gi.
func AppendBytes(dst, v []byte) []byte { return msgp.AppendBytes(dst, v) }

// AppendArrayLen appends the header of an array; n values must follow.
func AppendArrayLen(dst []byte, n int) []byte { return msgp.AppendArrayLen(dst, n) }

// AppendMapLen appends the header of a map; n pairs of key and value must follow.
func AppendMapLen(dst []byte, n int) []byte { return msgp.AppendMapLen(dst, n) }

// AppendExtHeader appends the header of an extension; n bytes must follow.
func AppendExtHeader(dst []byte, code int8, n int) []byte { return msgp.AppendExtHeader(dst, code, n) }

// AppendTime appends MessagePack's timestamp: the instant to the nanosecond,
// without a location.
func AppendTime(dst []byte, v time.Time) []byte { return msgp.AppendTime(dst, v) }

// Kind is what a MessagePack value is, told by its first byte.
type Kind = msgp.Kind

// The kinds of value.
const (
	KindInvalid = msgp.KindInvalid // no value: the end of the bytes, or the unused byte 0xc1
	KindNil     = msgp.KindNil
	KindBool    = msgp.KindBool
	KindInt     = msgp.KindInt
	KindFloat   = msgp.KindFloat
	KindString  = msgp.KindString
	KindBytes   = msgp.KindBytes
	KindArray   = msgp.KindArray
	KindMap     = msgp.KindMap
	KindExt     = msgp.KindExt
)
