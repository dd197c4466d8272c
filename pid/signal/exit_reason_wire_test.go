package signal_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/term"
)

func TestExitReason_GoldenVectors(t *testing.T) {
	for _, g := range goldenReasons(t) {
		wire, err := g.Reason.AppendTerm(nil)
		require.NoError(t, err)
		require.Equal(t, hex.EncodeToString(g.Wire), hex.EncodeToString(wire), g.Reason)
		got, err := parseReason(g.Wire)
		require.NoError(t, err)
		require.Equal(t, g.Reason, got)
	}
}

func parseReason(wire []byte) (signal.ExitReason, error) {
	var r signal.ExitReason
	err := r.ParseTerm(term.NewReader(wire))
	return r, err
}

func TestExitReason_WireRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := reasons().Draw(t, "reason")
		wire, err := want.AppendTerm([]byte("before"))
		require.NoError(t, err)
		form, found := bytes.CutPrefix(wire, []byte("before"))
		require.True(t, found)
		got, err := parseReason(form)
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
}

func TestExitReason_LongestTextRoundTrips(t *testing.T) {
	want := signal.Error(strings.Repeat("世", signal.MaxReasonTextBytes))
	wire, err := want.AppendTerm(nil)
	require.NoError(t, err)
	got, err := parseReason(wire)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestExitReason_IsNotLostForWhatAPeerSends(t *testing.T) {
	long := strings.Repeat("x", 2*signal.MaxReasonTextBytes)
	for name, c := range map[string]struct {
		content string
		want    signal.ExitReason
	}{
		"a kind of a newer peer":           {"\x0a", signal.Error("exit reason of unknown kind 10: ")},
		"a kind of a newer peer with text": {"\xffmoved away", signal.Error("exit reason of unknown kind 255: moved away")},
		"a text that is not UTF-8":         {"\x06a\xffb", signal.Error("a\uFFFDb")},
		"a text that is too long":          {"\x07" + long, signal.ShutdownReason(long)},
		"an unknown kind, too long":        {"\x0b" + long, signal.Error("exit reason of unknown kind 11: " + long)},
	} {
		t.Run(name, func(t *testing.T) {
			wire := term.AppendExtHeader(nil, term.ExtExitReason, len(c.content))
			got, err := parseReason(append(wire, c.content...))
			require.NoError(t, err)
			require.Equal(t, c.want, got)
			require.False(t, got.IsNormal(), "links must notice")
			require.LessOrEqual(t, len(got.Text()), signal.MaxReasonTextBytes)
		})
	}
}

func TestExitReason_RefusesMalformedForms(t *testing.T) {
	for name, c := range map[string]struct{ wire, why string }{
		"nothing":                {"", "bytes end before the value does"},
		"nil":                    {"c0", "nil where an extension is asked for"},
		"a string":               {"a6" + hex.EncodeToString([]byte("normal")), "a string where an extension is asked for"},
		"a PID":                  {"c70c03000000000000000000000000", "extension 3 where extension 5 is asked for"},
		"no kind":                {"c70005", "an exit reason without its kind"},
		"normal with a text":     {"d5050078", "the exit reason normal has no text"},
		"noproc with a text":     {"d5050478", "the exit reason noproc has no text"},
		"a length without bytes": {"c9ffffffff05", "bytes end before the value does"},
		"a text that is cut off": {"c7040506", "bytes end before the value does"},
	} {
		t.Run(name, func(t *testing.T) {
			wire, err := hex.DecodeString(c.wire)
			require.NoError(t, err)
			r := signal.Killed
			err = r.ParseTerm(term.NewReader(wire))
			var decodeErr *term.DecodeError
			require.ErrorAs(t, err, &decodeErr)
			require.ErrorContains(t, err, c.why)
			require.Equal(t, signal.Killed, r, "an error leaves the value alone")
		})
	}
}

func TestExitReason_TravelsAsItself(t *testing.T) {
	for _, g := range goldenReasons(t) {
		wire, err := term.AppendMessage(nil, g.Reason)
		require.NoError(t, err)
		got, err := term.DecodeMessage(wire)
		require.NoError(t, err)
		require.Equal(t, g.Reason, got)
	}
}

func FuzzDecodeExitReason(f *testing.F) {
	for _, g := range goldenReasons(f) {
		f.Add([]byte(g.Wire))
	}
	f.Add([]byte{0xc7, 0, 5})
	f.Add([]byte{0xd5, 5, 0, 'x'})
	f.Add([]byte{0xd5, 5, 255, 0xff})
	f.Add([]byte{0xc9, 0xff, 0xff, 0xff, 0xff, 5})
	f.Fuzz(func(t *testing.T, wire []byte) {
		reason, err := parseReason(wire)
		if err != nil {
			var decodeErr *term.DecodeError
			require.ErrorAs(t, err, &decodeErr)
			return
		}
		require.LessOrEqual(t, len(reason.Text()), signal.MaxReasonTextBytes)
		again, _ := reason.AppendTerm(nil)
		got, err := parseReason(again)
		require.NoError(t, err)
		require.Equal(t, reason, got)
		parsed, err := signal.ParseExitReason(reason.String())
		require.NoError(t, err)
		require.Equal(t, reason, parsed)
	})
}
