package signal_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/term"
)

func TestEnvelope_GoldenVectors(t *testing.T) {
	seen := map[signal.Kind]bool{}
	for _, g := range goldenEnvelopes(t) {
		want := g.envelope()
		seen[want.Kind] = true
		wire, err := signal.AppendEnvelope([]byte("before"), want)
		require.NoError(t, err)
		require.Equal(t, hex.EncodeToString(g.Wire), hex.EncodeToString(bytes.TrimPrefix(wire, []byte("before"))))

		got, err := signal.DecodeEnvelope(g.Wire)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for k := signal.Message; k.Valid(); k++ {
		require.True(t, seen[k], "%v has a golden vector", k)
	}
}

func TestEnvelope_OnlyTheFieldsOfItsKindTravel(t *testing.T) {
	full := signal.Envelope{
		From:   mustPID(t, "<a@h.1.2>"),
		Ref:    mustRef(t, "#Ref<a@h.3.2>"),
		Reason: signal.Error("x"),
		Value:  []byte("v"),
	}
	for kind, keep := range map[signal.Kind]func(e *signal.Envelope){
		signal.Message:    func(e *signal.Envelope) { e.Value = full.Value },
		signal.Raw:        func(e *signal.Envelope) { e.Value = full.Value },
		signal.Call:       func(e *signal.Envelope) { e.Ref, e.Value = full.Ref, full.Value },
		signal.Reply:      func(e *signal.Envelope) { e.Ref, e.Value = full.Ref, full.Value },
		signal.ExitSignal: func(e *signal.Envelope) { e.Reason = full.Reason },
		signal.LinkExit:   func(e *signal.Envelope) { e.Reason = full.Reason },
		signal.Link:       func(*signal.Envelope) {},
		signal.Unlink:     func(*signal.Envelope) {},
		signal.Monitor:    func(e *signal.Envelope) { e.Ref = full.Ref },
		signal.Demonitor:  func(e *signal.Envelope) { e.Ref = full.Ref },
		signal.DownSignal: func(e *signal.Envelope) { e.Ref, e.Reason = full.Ref, full.Reason },
	} {
		t.Run(kind.String(), func(t *testing.T) {
			sent := full
			sent.Kind = kind
			want := signal.Envelope{Kind: kind, From: full.From}
			keep(&want)

			wire, err := signal.AppendEnvelope(nil, sent)
			require.NoError(t, err)
			got, err := signal.DecodeEnvelope(wire)
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
}

func mustPID(t testing.TB, text string) pid.PID {
	t.Helper()
	p, err := pid.ParsePID(text)
	require.NoError(t, err)
	return p
}

func mustRef(t testing.TB, text string) pid.Ref {
	t.Helper()
	r, err := pid.ParseRef(text)
	require.NoError(t, err)
	return r
}

func TestDecodeEnvelope_SharesNoMemoryWithTheBytes(t *testing.T) {
	for _, want := range []signal.Envelope{
		{Kind: signal.Raw, Value: []byte("value")},
		{Kind: signal.Message, Value: []byte("value")},
		{Kind: signal.Message, Value: "value"},
		{Kind: signal.LinkExit, From: mustPID(t, "<a@h.1.2>"), Reason: signal.Error("value")},
	} {
		wire, err := signal.AppendEnvelope(nil, want)
		require.NoError(t, err)
		got, err := signal.DecodeEnvelope(wire)
		require.NoError(t, err)
		clear(wire)
		require.Equal(t, want, got)
	}
}

func TestRaw_NilAndEmptyBytesStayWhatTheyAre(t *testing.T) {
	for _, want := range [][]byte{nil, {}} {
		wire, err := signal.AppendEnvelope(nil, signal.Envelope{Kind: signal.Raw, Value: want})
		require.NoError(t, err)
		got, err := signal.DecodeEnvelope(wire)
		require.NoError(t, err)
		require.Equal(t, want, got.Value)
	}
}

func TestEnvelope_LimitsHoldForValuesOfEveryKind(t *testing.T) {
	limits := term.Limits{MaxBytes: 100}
	for _, e := range []signal.Envelope{
		{Kind: signal.Message, Value: strings.Repeat("x", 101)},
		{Kind: signal.Raw, Value: make([]byte, 101)},
	} {
		_, err := signal.AppendEnvelopeWith(limits, nil, e)
		require.ErrorIs(t, err, term.ErrTooLarge)

		wire, err := signal.AppendEnvelope(nil, e)
		require.NoError(t, err)
		_, err = signal.DecodeEnvelopeWith(limits, wire)
		require.ErrorIs(t, err, term.ErrTooLarge)
		got, err := signal.DecodeEnvelope(wire)
		require.NoError(t, err)
		require.Equal(t, e, got)
	}
}

func TestAppendEnvelope_RefusesAndKeepsTheBuffer(t *testing.T) {
	for name, c := range map[string]struct {
		envelope signal.Envelope
		want     string
	}{
		"the zero envelope":        {signal.Envelope{}, "term: cannot send signal.Envelope: field Kind: out of range: kind 0"},
		"an unknown kind":          {signal.Envelope{Kind: 12}, "term: cannot send signal.Envelope: field Kind: out of range: kind 12"},
		"raw that is no bytes":     {signal.Envelope{Kind: signal.Raw, Value: "x"}, "field Value: wrong kind of value: string in a raw message"},
		"raw that is nil":          {signal.Envelope{Kind: signal.Raw}, "field Value: wrong kind of value: <nil> in a raw message"},
		"a channel":                {signal.Envelope{Kind: signal.Message, Value: make(chan int)}, "chan int"},
		"a system message":         {signal.Envelope{Kind: signal.Message, Value: signal.Down{}}, "signal.Down"},
		"a system message, called": {signal.Envelope{Kind: signal.Call, Value: signal.Exit{}}, "signal.Exit"},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := signal.AppendEnvelope([]byte("before"), c.envelope)
			var encodeErr *term.EncodeError
			require.ErrorAs(t, err, &encodeErr)
			require.ErrorContains(t, err, c.want)
			require.Equal(t, "before", string(b))
		})
	}
}

func TestDecodeEnvelope_RefusesMalformedForms(t *testing.T) {
	const (
		from = "c70c03" + "000000000000000100000002"
		ref  = "c70c04" + "000000000000000300000002"
	)
	for name, c := range map[string]struct {
		wire   string
		offset int
		why    string
	}{
		"nothing":                   {"", 0, "signal.Envelope at byte 0: bytes end before the value does"},
		"nil":                       {"c0", 0, "nil where an array is asked for"},
		"a map":                     {"80", 0, "a map where an array is asked for"},
		"an empty array":            {"90", 1, "field Kind at byte 1"},
		"an array without elements": {"ddffffffff01", 0, "bytes end before the value does"},
		"kind 0":                    {"9200" + from, 1, "field Kind at byte 1: out of range: 0 is no kind of signal"},
		"a kind one too high":       {"920c" + from, 1, "12 is no kind of signal"},
		"a kind that wraps round":   {"92cd0107" + from, 1, "263 is no kind of signal"},
		"a negative kind":           {"92ff" + from, 1, "-1 is negative"},
		"a kind by name":            {"92a46c696e6b" + from, 1, "a string where an integer is asked for"},
		"only a kind":               {"9107", 0, "1 fields where a signal link has 2"},
		"a field too few":           {"9205" + from, 0, "2 fields where a signal exit has 3"},
		"a field too many":          {"9307" + from + "c0", 0, "3 fields where a signal link has 2"},
		"a sender that is a Ref":    {"9207" + ref, 2, "field From at byte 2"},
		"no sender":                 {"9207c0", 2, "field From at byte 2: wrong kind of value: nil"},
		"a Ref that is a PID":       {"9309" + from + from, 17, "field Ref at byte 17"},
		"a reason that is a word":   {"9305" + from + "a46b696c6c", 17, "field Reason at byte 17"},
		"a reason without kind":     {"940b" + from + ref + "c70005", 32, "field Reason at byte 32"},
		"raw that is a string":      {"9302" + from + "a178", 17, "field Value at byte 17: wrong kind of value: a string in a raw message"},
		"bytes behind a link":       {"9207" + from + "c0", 17, "at byte 17: bytes follow the value"},
	} {
		t.Run(name, func(t *testing.T) {
			wire, err := hex.DecodeString(c.wire)
			require.NoError(t, err)
			got, err := signal.DecodeEnvelope(wire)
			require.Zero(t, got)
			var decodeErr *term.DecodeError
			require.ErrorAs(t, err, &decodeErr)
			require.ErrorContains(t, err, c.why)
			require.Equal(t, c.offset, decodeErr.Offset, err)
		})
	}
}

func TestDecodeEnvelope_SaysWhereInAllBytesTheValueIsWrong(t *testing.T) {
	const head = "c70c03" + "000000000000000100000002"
	for name, c := range map[string]struct {
		wire, why string
	}{
		"raw longer than the bytes": {"9302" + head + "c6ffffffff00", "bytes end before the value does"},
		"a value that is cut off":   {"9301" + head + "a578", "bytes end before the value does"},
		"the byte that is no value": {"9301" + head + "c1", "not the first byte of a MessagePack value"},
		"bytes behind raw":          {"9302" + head + "c400" + "00", "bytes follow the value"},
		"bytes behind a value":      {"9301" + head + "0700", "bytes follow the value"},
	} {
		t.Run(name, func(t *testing.T) {
			wire, err := hex.DecodeString(c.wire)
			require.NoError(t, err)
			_, err = signal.DecodeEnvelope(wire)
			var decodeErr *term.DecodeError
			require.ErrorAs(t, err, &decodeErr)
			require.ErrorContains(t, err, c.why)
			require.GreaterOrEqual(t, decodeErr.Offset, len("9301"+head)/2)
			require.LessOrEqual(t, decodeErr.Offset, len(wire))
		})
	}
}

func TestDecodeEnvelope_RefusesEveryPrefix(t *testing.T) {
	for _, g := range goldenEnvelopes(t) {
		for n := range g.Wire {
			_, err := signal.DecodeEnvelope(g.Wire[:n:n])
			var decodeErr *term.DecodeError
			require.ErrorAs(t, err, &decodeErr, "%x", g.Wire[:n])
			require.LessOrEqual(t, decodeErr.Offset, n)
		}
	}
}

func TestAppendEnvelope_DoesNotAllocate(t *testing.T) {
	b := make([]byte, 0, 512)
	for _, e := range []signal.Envelope{
		{Kind: signal.Message, From: mustPID(t, "<a@h.1.2>"), Value: "ping"},
		{Kind: signal.Raw, From: mustPID(t, "<a@h.1.2>"), Value: []byte("ping")},
		{Kind: signal.Link, From: mustPID(t, "<a@h.1.2>")},
		{Kind: signal.DownSignal, From: mustPID(t, "<a@h.1.2>"), Ref: mustRef(t, "#Ref<a@h.3.2>"), Reason: signal.Error("x")},
	} {
		t.Run(e.Kind.String(), func(t *testing.T) {
			require.Zero(t, testing.AllocsPerRun(100, func() { b, _ = signal.AppendEnvelope(b[:0], e) }))
		})
	}
}

func FuzzDecodeEnvelope(f *testing.F) {
	for _, g := range goldenEnvelopes(f) {
		f.Add([]byte(g.Wire))
		f.Add([]byte(g.Wire[:len(g.Wire)-1]))
		f.Add(append(bytes.Clone(g.Wire), 0xc0))
	}
	f.Add([]byte{0xdd, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, wire []byte) {
		e, err := signal.DecodeEnvelope(wire)
		if err != nil {
			var decodeErr *term.DecodeError
			require.ErrorAs(t, err, &decodeErr)
			require.Zero(t, e)
			return
		}
		require.True(t, e.Kind.Valid())
		first, err := signal.AppendEnvelope(nil, e)
		require.NoError(t, err)
		again, err := signal.DecodeEnvelope(first)
		require.NoError(t, err)
		// The values are term's, which has a fuzz target of its own: here a NaN
		// differs from itself, and a map has no order, but the length stays.
		second, err := signal.AppendEnvelope(nil, again)
		require.NoError(t, err)
		require.Len(t, second, len(first))
		e.Value, again.Value = nil, nil
		require.Equal(t, e, again)
	})
}

func BenchmarkEnvelope(b *testing.B) {
	e := signal.Envelope{
		Kind:   signal.DownSignal,
		From:   mustPID(b, "<shop@host1.example.org.42.7>"),
		Ref:    mustRef(b, "#Ref<till@host2.example.org.5.9>"),
		Reason: signal.Killed,
	}
	b.Run("append", func(b *testing.B) {
		buf := make([]byte, 0, 256)
		b.ReportAllocs()
		for b.Loop() {
			buf, _ = signal.AppendEnvelope(buf[:0], e)
		}
	})
	b.Run("decode", func(b *testing.B) {
		wire, _ := signal.AppendEnvelope(nil, e)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := signal.DecodeEnvelope(wire); err != nil {
				b.Fatal(err)
			}
		}
	})
}
