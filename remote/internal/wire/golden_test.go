package wire_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
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
func withValue(frame []byte, v any) []byte {
	frame, err := term.AppendMessage(frame, v)
	if err != nil {
		panic(err)
	}
	return wire.End(frame, 0)
}

func signalFrame(k wire.Kind, to wire.To, ref uint64, reason signal.ExitReason) []byte {
	return wire.AppendSignal(nil, k, 5, to, ref, reason)
}

// samples has every kind of frame on a connection that is up.
func samples() []sample {
	value := []byte{0xa2, 'h', 'i'}
	byID, byName, bank := wire.To{ID: 300}, wire.To{Name: "bank"}, []byte("bank")
	return []sample{
		{"message", withValue(wire.AppendMessage(nil, wire.Message, 5, byID), "hi"),
			wire.Frame{Kind: wire.Message, From: 5, To: 300, Value: value}},
		{"message from no process to a name", withValue(wire.AppendMessage(nil, wire.Message, 0, byName), "hi"),
			wire.Frame{Kind: wire.Message, Name: bank, Value: value}},
		{"raw", wire.End(term.AppendBytes(wire.AppendMessage(nil, wire.Raw, 5, byID), []byte{1, 2}), 0),
			wire.Frame{Kind: wire.Raw, From: 5, To: 300, Value: []byte{1, 2}}},
		{"call", withValue(wire.AppendRequest(nil, wire.Call, 5, byName, 70000), "hi"),
			wire.Frame{Kind: wire.Call, From: 5, Name: bank, Ref: 70000, Value: value}},
		{"reply", withValue(wire.AppendRequest(nil, wire.Reply, 5, byID, 1<<40), "hi"),
			wire.Frame{Kind: wire.Reply, From: 5, To: 300, Ref: 1 << 40, Value: value}},
		{"exit", signalFrame(wire.Exit, byID, 0, signal.Kill),
			wire.Frame{Kind: wire.Exit, From: 5, To: 300, Reason: signal.Kill}},
		{"link-exit", signalFrame(wire.LinkExit, byID, 0, signal.Error("boom")),
			wire.Frame{Kind: wire.LinkExit, From: 5, To: 300, Reason: signal.Error("boom")}},
		{"link", signalFrame(wire.Link, byID, 0, signal.Normal), wire.Frame{Kind: wire.Link, From: 5, To: 300}},
		{"unlink", signalFrame(wire.Unlink, byID, 0, signal.Normal), wire.Frame{Kind: wire.Unlink, From: 5, To: 300}},
		{"monitor", signalFrame(wire.Monitor, byName, 9, signal.Normal),
			wire.Frame{Kind: wire.Monitor, From: 5, Name: bank, Ref: 9}},
		{"demonitor", signalFrame(wire.Demonitor, byID, 9, signal.Normal),
			wire.Frame{Kind: wire.Demonitor, From: 5, To: 300, Ref: 9}},
		{"down", signalFrame(wire.Down, byID, 9, signal.ShutdownReason("drained")),
			wire.Frame{Kind: wire.Down, From: 5, To: 300, Ref: 9, Reason: signal.ShutdownReason("drained")}},
		{"unlink-ack", signalFrame(wire.UnlinkAck, byID, 0, signal.Normal),
			wire.Frame{Kind: wire.UnlinkAck, From: 5, To: 300}},
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
	for _, s := range samples() {
		lines = append(lines, line(s.name, s.bytes))
		require.Equal(t, len(s.bytes), wire.LengthBytes+int(binary.BigEndian.Uint32(s.bytes)))
		var got wire.Frame
		require.NoError(t, wire.Parse(&got, s.bytes[wire.LengthBytes:]), s.name)
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
		body := append([]byte(nil), s.bytes[wire.LengthBytes:]...)
		body[0] += 2 // two fields more
		body = append(body, 0xc0, 0x93, 1, 2, 3)
		var got wire.Frame
		require.NoError(t, wire.Parse(&got, body), s.name)
		require.Equal(t, s.frame, got, s.name)
	}
	var got wire.Frame
	require.NoError(t, wire.Parse(&got, []byte{0x92, 64, 0xc0}))
	require.NoError(t, wire.Parse(&got, []byte{0x91, 127}))
}

func TestParse_RefusesAllElse(t *testing.T) {
	forged := withValue(append(wire.Begin(nil, wire.Message, 3), 0xd4, 3, 0, 5), "x") // an extension as sender
	for name, body := range map[string][]byte{
		"nothing":                 {},
		"no array":                {17},
		"no kind":                 {0x90},
		"unknown kind":            {0x91, 63},
		"kind of the handshake":   {0x91, 1},
		"kind too large":          {0x91, 0xcc, 128},
		"kind negative":           {0x91, 0xff},
		"too few fields":          {0x93, 17, 1, 2},
		"array longer than bytes": {0xdd, 0xff, 0xff, 0xff, 0xff, 17},
		"forged sender":           forged[4:],
		"sender is a string":      {0x94, 17, 0xa1, 'x', 1, 0xc0},
		"receiver 0":              {0x94, 17, 1, 0, 0xc0},
		"receiver without a name": {0x94, 17, 1, 0xa0, 0xc0},
		"link to a name":          {0x93, 23, 1, 0xa1, 'x'},
		"reason no text":          {0x94, 21, 1, 2, 5},
		"bytes behind":            {0x92, 32, 1, 1},
		"raw is no bytes":         {0x94, 18, 1, 2, 3},
		"piece is empty":          {0x93, 34, 0, 0xc4, 0},
		"remaining is huge":       append([]byte{0x93, 34, 0xcf}, append(bytes.Repeat([]byte{0xff}, 8), 0xc4, 1, 1)...),
		"name too long":           append([]byte{0x93, 48, 1, 0xda, 3, 0xfd}, bytes.Repeat([]byte{'x'}, 1021)...),
	} {
		var f wire.Frame
		require.Error(t, wire.Parse(&f, body), name)
	}
}

func TestParse_AllocatesNothing(t *testing.T) {
	frame := samples()[0].bytes[wire.LengthBytes:]
	require.Zero(t, testing.AllocsPerRun(100, func() {
		var f wire.Frame
		if wire.Parse(&f, frame) != nil {
			panic("not parsed")
		}
	}))
}

func TestKinds_HaveNames(t *testing.T) {
	require.Equal(t, "link-exit", wire.LinkExit.String())
	require.Equal(t, "kind 99", wire.Kind(99).String())
	k, ok := wire.Down.Signal()
	require.True(t, ok)
	require.Equal(t, signal.DownSignal, k)
	k, ok = wire.UnlinkAck.Signal()
	require.True(t, ok)
	require.Equal(t, signal.UnlinkAck, k)
	_, ok = wire.Ping.Signal()
	require.False(t, ok)
}

func FuzzParse(f *testing.F) {
	for _, s := range samples() {
		f.Add(s.bytes[wire.LengthBytes:])
	}
	f.Add(bytes.Repeat([]byte{0x91}, 1000))
	f.Add([]byte{0xdd, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, body []byte) {
		var frame wire.Frame
		if wire.Parse(&frame, body) != nil {
			return
		}
		require.LessOrEqual(t, len(frame.Value), len(body))
		var again wire.Frame
		require.NoError(t, wire.Parse(&again, body))
		require.Equal(t, frame, again)
	})
}

func FuzzHandshake(f *testing.F) {
	hello, challenge, proof, welcome := handshakeSample(f)
	for _, b := range [][]byte{hello, challenge, proof, welcome, wire.AppendNotice(nil, wire.Refusal, 2, "x")} {
		f.Add(b[wire.LengthBytes:])
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
	change := func(frame []byte, at int, b byte) []byte {
		body := append([]byte(nil), frame[wire.LengthBytes:]...)
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
	withoutLast := func(frame []byte) []byte {
		body := append([]byte(nil), frame[wire.LengthBytes:len(frame)-1]...)
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
