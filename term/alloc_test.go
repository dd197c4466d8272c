package term_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/term"
)

// tick is the message that the allocation tests and the benchmarks send.
type tick struct {
	Seq  int64
	Text string
}

// order is a message with slices, maps and pointers.
type order struct {
	ID    int64
	Items []int
	Notes map[string]string
	Owner *tick
	Extra any
}

func init() {
	term.MustRegister[tick]("test.tick")
	term.MustRegister[order]("test.order")
}

var (
	sentTick  any = tick{1 << 20, "sixteen bytes ..."}
	sentOrder any = order{7, []int{1, 2, 3}, map[string]string{"gift": "yes"}, &tick{1, "owner"}, 5}
)

func TestAllocs_WhatIsPlainTravelsForNothing(t *testing.T) {
	for _, v := range []any{nil, 5, "text", sentTick, term.MustAtom("ok"), time.Unix(1, 0).UTC(),
		struct{ At time.Time }{}, mustRaw("test.unknown", 1), term.Ext{Code: 99},
		order{}, order{Extra: sentTick}, [1]any{order{Extra: 5}}, envelope{Body: "plain"}.Body, tree{}} {
		require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = term.Isolate(v) }), "%T", v)
	}
}

func TestAllocs_ACopyTakesOneForEachPartAndOneForTheWhole(t *testing.T) {
	for _, test := range []struct {
		value any
		want  float64
	}{
		{struct{ At time.Time }{time.Now()}, 1},
		{order{Items: []int{1}}, 2},
		{order{Items: []int{1}, Owner: &tick{}}, 3},
		{&tick{}, 1},
		{[]byte("bytes"), 2},
		{[]string{"a", "b"}, 2},
	} {
		require.LessOrEqual(t, testing.AllocsPerRun(100, func() { _, _ = term.Isolate(test.value) }), test.want, "%T", test.value)
	}
}

func TestAllocs_EncodingIntoABufferTakesNone(t *testing.T) {
	buf := make([]byte, 0, 256)
	for _, v := range []any{5, "text", sentTick, &tick{}, order{Items: []int{1}, Owner: &tick{}}, []any{int8(1), "a"}, term.MustAtom("ok"), version{1, 2}} {
		require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = term.AppendEncode(buf, v) }), "%T", v)
		require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = term.AppendMessage(buf, v) }), "%T", v)
	}
	limits := term.Limits{MaxBytes: 1 << 30}
	require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = limits.AppendMessage(buf, sentTick) }))
}

func TestAllocs_DecodingTakesOneForEachString(t *testing.T) {
	b, err := term.AppendMessage(nil, sentTick)
	require.NoError(t, err)
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { _, _ = term.DecodeMessage(b) }), 2.0)
	b = term.MustEncode(sentTick)
	var got tick
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { _ = term.DecodeInto(b, &got) }), 1.0)
}
