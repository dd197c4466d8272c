package pid_test

import (
	"testing"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/term"
)

func BenchmarkDecodePID(b *testing.B) {
	for _, name := range []string{"", "shop@host1.example.org"} {
		b.Run("node="+name, func(b *testing.B) {
			wire, _ := pid.New(nodeID(b, name, 7), 42).AppendTerm(nil)
			b.ReportAllocs()
			for b.Loop() {
				var p pid.PID
				if err := p.ParseTerm(term.NewReader(wire)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppendPID(b *testing.B) {
	p := pid.New(nodeID(b, "shop@host1.example.org", 7), 42)
	buf := make([]byte, 0, 64)
	b.ReportAllocs()
	for b.Loop() {
		buf, _ = p.AppendTerm(buf[:0])
	}
}
