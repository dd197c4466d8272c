package term

import "github.com/vmihailenco/msgpack/v5"

// Encode returns the MessagePack encoding of v.
func Encode(v any) ([]byte, error) { return AppendEncode(nil, v) }

// AppendEncode appends the MessagePack encoding of v to dst.
func AppendEncode(dst []byte, v any) ([]byte, error) {
	b, err := msgpack.Marshal(v)
	return append(dst, b...), err
}

// MustEncode is Encode for values known to be encodable; it panics otherwise.
func MustEncode(v any) []byte {
	b, err := Encode(v)
	if err != nil {
		panic(err)
	}
	return b
}

// Decode decodes b as a T.
func Decode[T any](b []byte) (v T, err error) {
	err = DecodeInto(b, &v)
	return v, err
}

// DecodeInto decodes b into *dst.
func DecodeInto(b []byte, dst any) error { return msgpack.Unmarshal(b, dst) }
