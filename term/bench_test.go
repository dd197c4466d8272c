package term_test

import (
	"strings"
	"testing"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/starlang-go/starlang/term"
)

var messages = []struct {
	name string
	v    any
}{
	{"int", 5},
	{"tick", sentTick},
	{"64 bytes", tick{1 << 20, strings.Repeat("x", 56)}},
	{"order", sentOrder},
	{"pointer", &tick{1, "text"}},
	{"1000 ints", make([]int, 1000)},
	{"1000 ticks", make([]any, 1000)},
}

func init() {
	thousand := messages[len(messages)-1].v.([]any)
	for i := range thousand {
		thousand[i] = tick{int64(i), "text"}
	}
}

func BenchmarkIsolate(b *testing.B) {
	for _, m := range messages {
		b.Run(m.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := term.Isolate(m.v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppendMessage(b *testing.B) {
	for _, m := range messages {
		b.Run(m.name, func(b *testing.B) {
			var buf []byte
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if buf, err = term.AppendMessage(buf[:0], m.v); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(len(buf)))
		})
	}
}

func BenchmarkDecodeMessage(b *testing.B) {
	for _, m := range messages {
		b.Run(m.name, func(b *testing.B) {
			buf, err := term.AppendMessage(nil, m.v)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(buf)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := term.DecodeMessage(buf); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkMessageDecoder decodes what the reader of a connection does, as it does.
func BenchmarkMessageDecoder(b *testing.B) {
	for _, m := range messages {
		b.Run(m.name, func(b *testing.B) {
			buf, err := term.AppendMessage(nil, m.v)
			if err != nil {
				b.Fatal(err)
			}
			d := term.NewMessageDecoder(term.Limits{})
			b.SetBytes(int64(len(buf)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := d.Decode(buf); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCodec compares the same work, a type known on both sides, with what
// msgpack/v5 takes for it.
func BenchmarkCodec(b *testing.B) {
	b.Run("encode/term", func(b *testing.B) {
		var buf []byte
		b.ReportAllocs()
		for b.Loop() {
			buf, _ = term.AppendEncode(buf[:0], sentOrder)
		}
	})
	b.Run("encode/msgpack", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = msgpack.Marshal(sentOrder)
		}
	})
	b.Run("decode/term", func(b *testing.B) {
		buf := term.MustEncode(sentOrder)
		b.ReportAllocs()
		for b.Loop() {
			var got order
			_ = term.DecodeInto(buf, &got)
		}
	})
	b.Run("decode/msgpack", func(b *testing.B) {
		buf, _ := msgpack.Marshal(sentOrder)
		b.ReportAllocs()
		for b.Loop() {
			var got order
			_ = msgpack.Unmarshal(buf, &got)
		}
	})
}
