package wire_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/remote/internal/wire"
)

// requireSame checks that ParseMessage reads what Parse reads, or nothing.
func requireSame(t *testing.T, body []byte) (quick bool) {
	t.Helper()
	from, to, value, quick := wire.ParseMessage(body)
	if !quick {
		return false
	}
	var f wire.Frame
	require.NoError(t, wire.Parse(&f, body))
	require.Equal(t, wire.Frame{Kind: wire.Message, From: from, To: to, Value: value}, f)
	return true
}

func TestParseMessage_ReadsWhatParseReads(t *testing.T) {
	for _, n := range []uint64{0, 1, 127, 128, 255, 256, 65535, 65536, 1<<32 - 1, 1 << 32, 1<<64 - 1} {
		frame := withValue(wire.AppendMessage(nil, wire.Message, n, wire.To{ID: n + 1}), "hi")
		require.Equal(t, n+1 != 0, requireSame(t, frame[wire.LengthBytes:]), "%d", n)
	}
	for _, s := range samples() {
		require.Equal(t, s.name == "message", requireSame(t, s.bytes[wire.LengthBytes:]), s.name)
	}
}

func FuzzParseMessage(f *testing.F) {
	for _, s := range samples() {
		f.Add(s.bytes[wire.LengthBytes:])
	}
	f.Fuzz(func(t *testing.T, body []byte) { requireSame(t, body) })
}

func BenchmarkParse(b *testing.B) {
	body := samples()[0].bytes[wire.LengthBytes:]
	b.Run("any", func(b *testing.B) {
		b.ReportAllocs()
		var f wire.Frame
		for b.Loop() {
			if wire.Parse(&f, body) != nil {
				b.Fatal("not parsed")
			}
		}
	})
	b.Run("message", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, _, _, ok := wire.ParseMessage(body); !ok {
				b.Fatal("not parsed")
			}
		}
	})
}
