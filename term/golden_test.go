package term_test

import (
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/term"
)

var update = flag.Bool("update", false, "write testdata/messages.golden anew")

const goldenHeader = "# Messages and their MessagePack form. It is stable: lines are added here, none is ever changed.\n"

// golden are messages whose bytes never change, by the names that they have in
// testdata/messages.golden.
var golden = []struct {
	name  string
	value any
}{
	{"nil", nil},
	{"true", true},
	{"int 0", 0},
	{"int 127", 127},
	{"int 128", 128},
	{"int 65536", 65536},
	{"int 2^32", wide(1 << 32)},
	{"int -32", -32},
	{"int -33", -33},
	{"int -32769", -32769},
	{"int -2^31-1", wide(-1<<31 - 1)},
	{"int8 -1", int8(-1)},
	{"uint8 200", uint8(200)},
	{"uint64 2^64-1", ^uint64(0)},
	{"float32 1.5", float32(1.5)},
	{"float64 1.5", 1.5},
	{"string", "text"},
	{"string of 32", strings.Repeat("a", 32)},
	{"bytes", []byte("bytes")},
	{"nil bytes", []byte(nil)},
	{"[]any of two ints", []any{1, 2}},
	{"nil []any", []any(nil)},
	{"map[string]any", map[string]any{"a": int16(1)}},
	{"map[any]any", map[any]any{1: "a"}},
	{"[]string", []string{"a", ""}},
	{"nil []string", []string(nil)},
	{"map[string]int", map[string]int{"a": 1}},
	{"pointer to int", ptr(1)},
	{"nil pointer to int", (*int)(nil)},
	{"time in 1970", time.Unix(1, 0)},
	{"time with nanoseconds", time.Unix(1, 5)},
	{"time before 1970", time.Unix(-1, 5)},
	{"time.Duration", time.Second},
	{"atom", term.MustAtom("ok")},
	{"empty atom", term.Atom{}},
	{"registered scalar", celsius(21)},
	{"registered struct", point{1, 2}},
	{"pointer to registered struct", &point{1, 2}},
	{"nil pointer to registered struct", (*point)(nil)},
	{"struct with embedded and renamed fields", envelope{Body: point{1, 2}, Headers: map[string][]string{"a": {"b"}}, point: point{X: 3}}},
	{"type of its own form", version{1, 2}},
	{"unknown type", mustRaw("shop.Order", map[string]int{"ID": 5})},
	{"unknown extension", term.Ext{Code: 99, Data: "data"}},
}

func TestMessage_BytesAreThoseOfTheGoldenVectors(t *testing.T) {
	const file = "testdata/messages.golden"
	if *update {
		var lines strings.Builder
		lines.WriteString(goldenHeader)
		for _, g := range golden {
			b, err := term.AppendMessage(nil, g.value)
			require.NoError(t, err)
			fmt.Fprintf(&lines, "%s: %x\n", g.name, b)
		}
		require.NoError(t, os.WriteFile(file, []byte(lines.String()), 0o644))
	}
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	text, found := strings.CutPrefix(string(data), goldenHeader)
	require.True(t, found)
	lines := strings.Split(strings.TrimSpace(text), "\n")
	require.Len(t, lines, len(golden))
	for i, g := range golden {
		name, digits, _ := strings.Cut(lines[i], ": ")
		require.Equal(t, g.name, name)
		want, err := hex.DecodeString(digits)
		require.NoError(t, err)

		if _, named := g.value.(int64); !named || name == "int64 -1" { // else see wide
			got, err := term.AppendMessage(nil, g.value)
			require.NoError(t, err, name)
			require.Equal(t, want, got, name)
		}
		value, err := term.DecodeMessage(want)
		require.NoError(t, err, name)
		local, err := term.Isolate(g.value)
		require.NoError(t, err, name)
		requireSame(t, local, value)
	}
}

// wide returns n as the type by which an integer arrives: where int has 32 bits that
// is int64 for larger ones, which travels by its name.
func wide(n int64) any {
	if int64(int(n)) == n {
		return int(n)
	}
	return n
}
