package wire_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/term"
)

// sample is a frame and what it is read as.
type sample struct {
	name  string
	bytes []byte
	frame wire.Frame
}

// withValue ends a frame with a value.
func withValue(head []byte, v any) []byte {
	whole, err := term.AppendMessage(head, v)
	if err != nil {
		panic(err)
	}
	return frame.End(whole, 0)
}

// parse reads a frame that carries no signal.
func parse(f *wire.Frame, body []byte) error {
	var in frame.Fields
	if err := in.Open(body); err != nil {
		return err
	}
	return f.Read(&in)
}

// signals has the frames of all kinds of signal, as they stand in the protocol's list.
func signals() []sample {
	var all []sample
	value := []byte{0xa2, 'h', 'i'}
	for _, s := range []struct {
		name string
		signal.Frame
	}{
		{"message", signal.Frame{Kind: signal.Message, From: 5, To: 300, Value: value}},
		{"message from no process to a name", signal.Frame{Kind: signal.Message, Name: "bank", Value: value}},
		{"raw", signal.Frame{Kind: signal.Raw, From: 5, To: 300, Value: []byte{1, 2}}},
		{"call", signal.Frame{Kind: signal.Call, From: 5, Name: "bank", Ref: 70000, Value: value}},
		{"reply", signal.Frame{Kind: signal.Reply, From: 5, To: 300, Ref: 1 << 40, Value: value}},
		{"exit", signal.Frame{Kind: signal.ExitSignal, From: 5, To: 300, Reason: signal.Kill}},
		{"link-exit", signal.Frame{Kind: signal.LinkExit, From: 5, To: 300, Reason: signal.Error("boom")}},
		{"link", signal.Frame{Kind: signal.Link, From: 5, To: 300}},
		{"unlink", signal.Frame{Kind: signal.Unlink, From: 5, To: 300}},
		{"monitor", signal.Frame{Kind: signal.Monitor, From: 5, Name: "bank", Ref: 9}},
		{"demonitor", signal.Frame{Kind: signal.Demonitor, From: 5, To: 300, Ref: 9}},
		{"down", signal.Frame{Kind: signal.DownSignal, From: 5, To: 300, Ref: 9, Reason: signal.ShutdownReason("drained")}},
		{"unlink-ack", signal.Frame{Kind: signal.UnlinkAck, From: 5, To: 300}},
	} {
		all = append(all, sample{name: s.name, bytes: s.Append(nil)})
	}
	return all
}

// samples has every other kind of frame on a connection that is up.
func samples() []sample {
	value, bank := []byte{0xa2, 'h', 'i'}, []byte("bank")
	return []sample{
		{"ping", wire.AppendPing(nil, wire.Ping, 3), wire.Frame{Kind: wire.Ping, Ref: 3}},
		{"pong", wire.AppendPing(nil, wire.Pong, 3), wire.Frame{Kind: wire.Pong, Ref: 3}},
		{"fragment", wire.AppendFragment(nil, 1000, []byte{1, 2, 3}),
			wire.Frame{Kind: wire.Fragment, Code: 1000, Value: []byte{1, 2, 3}}},
		{"fragment-abort", wire.AppendBare(nil, wire.FragmentAbort), wire.Frame{Kind: wire.FragmentAbort}},
		{"idle", wire.AppendBare(nil, wire.Idle), wire.Frame{Kind: wire.Idle}},
		{"goodbye", wire.AppendNotice(nil, wire.Goodbye, 2, "why"),
			wire.Frame{Kind: wire.Goodbye, Code: 2, Name: []byte("why")}},
		{"whereis", wire.AppendWhereis(nil, 4, "bank"), wire.Frame{Kind: wire.Whereis, Ref: 4, Name: bank}},
		{"spawn", withValue(wire.AppendSpawn(nil, 4, 5, "bank", true), "hi"),
			wire.Frame{Kind: wire.Spawn, Ref: 4, From: 5, Name: bank, Held: true, Value: value}},
		{"process-info", wire.AppendInfo(nil, wire.ProcessInfo, 4, 300),
			wire.Frame{Kind: wire.ProcessInfo, Ref: 4, To: 300}},
		{"node-info", wire.AppendInfo(nil, wire.NodeInfo, 4, 0), wire.Frame{Kind: wire.NodeInfo, Ref: 4}},
		{"release", wire.AppendRelease(nil, 300), wire.Frame{Kind: wire.Release, Ref: 300}},
		{"answer", withValue(wire.AppendAnswer(nil, 4), "hi"), wire.Frame{Kind: wire.Answer, Ref: 4, Value: value}},
		{"failure", wire.AppendFailure(nil, 4, 1, "why"),
			wire.Frame{Kind: wire.Failure, Ref: 4, Code: 1, Name: []byte("why")}},
	}
}

// golden compares lines "name: hex" with what stands in a file. The file is part of
// the protocol's description: it is changed by hand, with the protocol.
func golden(t *testing.T, path string, lines []string) {
	t.Helper()
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), strings.Join(lines, ""))
}

func line(name string, b []byte) string { return fmt.Sprintf("%s: %s\n", name, hex.EncodeToString(b)) }

func TestFrames_AreThoseOfTheProtocol(t *testing.T) {
	var lines []string
	for _, s := range signals() {
		lines = append(lines, line(s.name, s.bytes))
	}
	for _, s := range samples() {
		lines = append(lines, line(s.name, s.bytes))
		body, size, err := frame.Cut(s.bytes, frame.MaxBytes)
		require.NoError(t, err)
		require.Equal(t, len(s.bytes), size)
		var got wire.Frame
		require.NoError(t, parse(&got, body), s.name)
		require.Equal(t, s.frame, got, s.name)
	}
	golden(t, "../../testdata/frames.txt", lines)
}

// handshakeSample is a whole handshake with fixed nonces.
func handshakeSample(t testing.TB) (hello, challenge, proof, welcome []byte) {
	a, err := pid.NewNodeID("a@host1", 0x01020304)
	require.NoError(t, err)
	b, err := pid.NewNodeID("b@host2:4370", 0xfffefdfc)
	require.NoError(t, err)
	hello = wire.AppendHello(nil, wire.Greeting{Min: 1, Max: 1, Node: a, Role: wire.Observer, Nonce: wire.Nonce(bytes.Repeat([]byte{0xaa}, 32))})
	challenge = wire.AppendChallenge(nil, wire.Greeting{Min: 1, Max: 1, Node: b, Nonce: wire.Nonce(bytes.Repeat([]byte{0xbb}, 32))})
	cookie := []byte("cookie")
	mac := func(k wire.Kind) [wire.MACBytes]byte { return wire.MAC(k, cookie, hello[4:], challenge[4:], nil) }
	return hello, challenge, wire.AppendProof(nil, mac(wire.Proof)), wire.AppendWelcome(nil, mac(wire.Welcome), wire.Observer)
}

func TestHandshake_IsThatOfTheProtocol(t *testing.T) {
	hello, challenge, proof, welcome := handshakeSample(t)
	golden(t, "../../testdata/handshake.txt", []string{
		line("cookie", []byte("cookie")), line("hello", hello), line("challenge", challenge),
		line("proof", proof), line("welcome", welcome),
		line("refusal", wire.AppendNotice(nil, wire.Refusal, 2, "wrong cookie")),
	})
	require.NotEqual(t, proof[7:], welcome[7:], "one cannot be echoed as the other")
}

func TestParse_SkipsWhatItDoesNotKnow(t *testing.T) {
	for _, s := range samples() {
		body := append([]byte(nil), s.bytes[frame.LengthBytes:]...)
		body[0] += 2 // two fields more
		body = append(body, 0xc0, 0x93, 1, 2, 3)
		var got wire.Frame
		require.NoError(t, parse(&got, body), s.name)
		require.Equal(t, s.frame, got, s.name)
	}
	var got wire.Frame
	require.NoError(t, parse(&got, []byte{0x92, 64, 0xc0}))
	require.NoError(t, parse(&got, []byte{0x91, 127}))
}

func TestParse_RefusesAllElse(t *testing.T) {
	for name, body := range map[string][]byte{
		"nothing":                 {},
		"no array":                {17},
		"no kind":                 {0x90},
		"unknown kind":            {0x91, 63},
		"kind of the handshake":   {0x91, 1},
		"kind too large":          {0x91, 0xcc, 128},
		"kind negative":           {0x91, 0xff},
		"array longer than bytes": {0xdd, 0xff, 0xff, 0xff, 0xff, 17},
		"too few fields":          {0x92, 34, 1},
		"signal":                  {0x93, 23, 1, 2},
		"bytes behind":            {0x92, 32, 1, 1},
		"piece is empty":          {0x93, 34, 0, 0xc4, 0},
		"remaining is huge":       append([]byte{0x93, 34, 0xcf}, append(bytes.Repeat([]byte{0xff}, 8), 0xc4, 1, 1)...),
		"name too long":           append([]byte{0x93, 48, 1, 0xda, 3, 0xfd}, bytes.Repeat([]byte{'x'}, 1021)...),
	} {
		var f wire.Frame
		require.Error(t, parse(&f, body), name)
	}
}

func TestParse_AllocatesNothing(t *testing.T) {
	ping := samples()[0].bytes[frame.LengthBytes:]
	require.Zero(t, testing.AllocsPerRun(100, func() {
		var f wire.Frame
		if parse(&f, ping) != nil {
			panic("not parsed")
		}
	}))
}

func TestKinds_HaveNames(t *testing.T) {
	require.Equal(t, "fragment-abort", wire.FragmentAbort.String())
	require.Equal(t, "link-exit", wire.Kind(signal.LinkExit.OnWire()).String())
	require.Equal(t, "kind 99", wire.Kind(99).String())
}

func FuzzParse(f *testing.F) {
	for _, s := range samples() {
		f.Add(s.bytes[frame.LengthBytes:])
	}
	f.Add(bytes.Repeat([]byte{0x91}, 1000))
	f.Add([]byte{0xdd, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, body []byte) {
		var got wire.Frame
		if parse(&got, body) != nil {
			return
		}
		require.LessOrEqual(t, len(got.Value), len(body))
		var again wire.Frame
		require.NoError(t, parse(&again, body))
		require.Equal(t, got, again)
	})
}

func FuzzHandshake(f *testing.F) {
	hello, challenge, proof, welcome := handshakeSample(f)
	for _, b := range [][]byte{hello, challenge, proof, welcome, wire.AppendNotice(nil, wire.Refusal, 2, "x")} {
		f.Add(b[frame.LengthBytes:])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if g, err := wire.ParseHello(body); err == nil {
			require.NotEmpty(t, g.Node.Name())
			require.NotZero(t, g.Node.Creation())
		}
		if g, refused, err := wire.ParseReply(body); err == nil && refused == nil {
			require.NotZero(t, g.Node.Creation())
		}
		_, _ = wire.ParseProof(body)
		_, _, _, _ = wire.ParseWelcome(body)
	})
}

func TestHandshake_RefusesWhatIsMalformed(t *testing.T) {
	hello, challenge, proof, welcome := handshakeSample(t)
	change := func(f []byte, at int, b byte) []byte {
		body := append([]byte(nil), f[frame.LengthBytes:]...)
		body[at] = b
		return body
	}
	for name, body := range map[string][]byte{
		"empty":          {},
		"other kind":     challenge[4:],
		"other magic":    change(hello, 3, 'x'),
		"bad name":       change(hello, 14, ' '),
		"cut":            hello[4:60],
		"too few fields": change(hello, 0, 0x93),
		"unknown role":   change(hello, len(hello)-5, 2),
	} {
		_, err := wire.ParseHello(body)
		require.Error(t, err, name)
	}
	_, _, err := wire.ParseReply(hello[4:])
	require.Error(t, err)
	_, err = wire.ParseProof(welcome[4:])
	require.Error(t, err)
	_, err = wire.ParseProof(proof[4:30])
	require.Error(t, err)

	mac, role, refused, err := wire.ParseWelcome(welcome[4:])
	require.NoError(t, err)
	require.Nil(t, refused)
	require.Equal(t, wire.Observer, role)
	require.Equal(t, wire.MAC(wire.Welcome, []byte("cookie"), hello[4:], challenge[4:], nil), mac)
	require.NotEqual(t, wire.MAC(wire.Welcome, []byte("cookie"), hello[4:], challenge[4:], []byte{1}), mac, "the channel counts")
	_, refused, err = wire.ParseReply(wire.AppendNotice(nil, wire.Refusal, 1, "no")[4:])
	require.NoError(t, err)
	require.Equal(t, &wire.Notice{Code: 1, Text: "no"}, refused)
}

// A hello and a welcome without a role are those of a member: so wrote an implementation
// that knew no other.
func TestHandshake_WithoutARoleIsAMembers(t *testing.T) {
	hello, _, _, welcome := handshakeSample(t)
	withoutLast := func(f []byte) []byte {
		body := append([]byte(nil), f[frame.LengthBytes:len(f)-1]...)
		body[0]--
		return body
	}
	g, err := wire.ParseHello(withoutLast(hello))
	require.NoError(t, err)
	require.Equal(t, wire.Member, g.Role)
	_, role, _, err := wire.ParseWelcome(withoutLast(welcome))
	require.NoError(t, err)
	require.Equal(t, wire.Member, role)
}
