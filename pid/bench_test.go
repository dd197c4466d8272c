package pid_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/term"
)

// BenchmarkDecodePID_NewNode decodes PIDs each of which is of a node never seen before, as a
// hostile peer may send them.
func BenchmarkDecodePID_NewNode(b *testing.B) {
	wire, _ := pid.New(nodeID(b, "shop@host1.example.org", 1<<31), 42).AppendTerm(nil)
	creation := bytes.Index(wire, binary.BigEndian.AppendUint32(nil, 1<<31))
	b.ReportAllocs()
	for i := uint32(1 << 31); b.Loop(); i++ {
		binary.BigEndian.PutUint32(wire[creation:], i)
		var p pid.PID
		if err := p.ParseTerm(term.NewReader(wire)); err != nil {
			b.Fatal(err)
		}
	}
}

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
