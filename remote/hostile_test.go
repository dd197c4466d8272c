package remote_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"os"
	goruntime "runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/remote/remotetest"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

// villain is a program that speaks as much of the protocol as it likes.
type villain struct {
	testing.TB
	net.Conn
	creation                uint32    // of its node
	role                    wire.Role // that it asks for
	hello, challenge, proof []byte    // bodies of the handshake
}

const villainCookie = "known to the villain"

func dialAs(t testing.TB, addr string) *villain {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	require.NoError(t, c.SetDeadline(time.Now().Add(testTimeout)))
	return onConn(t, c)
}

func onConn(t testing.TB, c net.Conn) *villain {
	t.Cleanup(func() { _ = c.Close() })
	return &villain{TB: t, Conn: c, creation: 666}
}

func (v *villain) send(frames ...[]byte) {
	v.Helper()
	_, err := v.Write(bytes.Join(frames, nil))
	require.NoError(v, err)
}

// body reads the body of a frame.
func (v *villain) body() []byte {
	v.Helper()
	var head [4]byte
	_, err := io.ReadFull(v, head[:])
	require.NoError(v, err)
	body := make([]byte, binary.BigEndian.Uint32(head[:]))
	_, err = io.ReadFull(v, body)
	require.NoError(v, err)
	return body
}

// greet sends a hello and reads the challenge.
func (v *villain) greet(name string) {
	v.Helper()
	id, err := pid.NewNodeID(name, v.creation)
	require.NoError(v, err)
	hello := wire.AppendHello(nil, wire.Greeting{Min: 1, Max: 1, Node: id, Role: v.role})
	v.send(hello)
	v.hello, v.challenge = hello[4:], v.body()
}

// join makes the villain a proven peer.
func (v *villain) join(name string) {
	v.Helper()
	v.greet(name)
	v.proveIt()
	_, role, refused, err := wire.ParseWelcome(v.body())
	require.NoError(v, err)
	require.Nil(v, refused)
	require.Equal(v, v.role, role)
}

// proveIt sends the proof.
func (v *villain) proveIt() {
	v.Helper()
	mac := wire.MAC(wire.Proof, []byte(villainCookie), v.hello, v.challenge, nil)
	v.proof = wire.AppendProof(nil, mac)
	v.send(v.proof)
}

// tryJoin is join of one whose frames take a while, and who may be sent away. It reports
// whether he was welcome.
func (v *villain) tryJoin(name string, roundTrip time.Duration) bool {
	v.Helper()
	id, err := pid.NewNodeID(name, v.creation)
	require.NoError(v, err)
	hello := wire.AppendHello(nil, wire.Greeting{Min: 1, Max: 1, Node: id})
	if _, err := v.Write(hello); err != nil {
		return false
	}
	<-time.After(roundTrip)
	if v.hello = hello[4:]; !v.tryBody(&v.challenge) {
		return false
	}
	v.proof = wire.AppendProof(nil, wire.MAC(wire.Proof, []byte(villainCookie), v.hello, v.challenge, nil))
	if _, err := v.Write(v.proof); err != nil {
		return false
	}
	var welcome []byte
	return v.tryBody(&welcome) && welcome[1] == byte(wire.Welcome)
}

// tryBody reads the body of a frame, or reports that there is none.
func (v *villain) tryBody(body *[]byte) bool {
	var head [4]byte
	if _, err := io.ReadFull(v, head[:]); err != nil {
		return false
	}
	*body = make([]byte, binary.BigEndian.Uint32(head[:]))
	_, err := io.ReadFull(v, *body)
	return err == nil
}

// expectEnd reads until the node closes, and returns the last refusal or goodbye.
func (v *villain) expectEnd() string {
	v.Helper()
	all, err := io.ReadAll(v)
	if err != nil {
		require.NotErrorIs(v, err, os.ErrDeadlineExceeded, "the node does not close")
	}
	last := ""
	for len(all) >= 4 {
		n := int(binary.BigEndian.Uint32(all))
		if len(all) < 4+n {
			break
		}
		body := all[4 : 4+n]
		if body[1] == byte(wire.Refusal) {
			_, refused, err := wire.ParseReply(body)
			require.NoError(v, err)
			last = refused.Text
		} else if p, err := parse(body); err == nil && p.other.Kind == wire.Goodbye {
			last = string(p.other.Name)
		}
		all = all[4+n:]
	}
	return last
}

// fortress is a node under attack and an honest peer of it.
type fortress struct {
	testing.TB
	node, friend *remote.Node
	server       pid.PID
	heap         uint64
}

func newFortress(t testing.TB) *fortress {
	all := book{}
	cfg := remote.Config{Cookie: villainCookie, MaxMessageBytes: 1 << 20, MaxRelations: 1000, BacklogBytes: 4 << 20}
	f := &fortress{TB: t, node: all.start(t, "fort@test", cfg), friend: all.start(t, "friend@test", cfg)}
	var err error
	f.server, err = f.node.Runtime().SpawnOpt(runtime.SpawnOptions{Name: "echo"}, echo)
	require.NoError(t, err)
	f.serves()
	f.heap = heapBytes()
	return f
}

func heapBytes() uint64 {
	goruntime.GC()
	goruntime.GC()
	var m goruntime.MemStats
	goruntime.ReadMemStats(&m)
	return m.HeapAlloc
}

// serves checks that the honest peer is served, that the villain has left nothing,
// and that memory is back.
func (f *fortress) serves() {
	f.Helper()
	run(f, f.friend, func(ctx *runtime.Context) error {
		v, err := runtime.Call[note](ctx, f.server, note{1, "x"})
		require.Equal(f, note{1, "x"}, v)
		return err
	})
	require.Equal(f, []string{"friend@test"}, f.node.Nodes())
	require.Eventually(f, func() bool {
		s, ok := f.node.Runtime().Info(f.server)
		return ok && len(s.MonitoredBy) == 0
	}, testTimeout, time.Millisecond)
	if f.heap > 0 {
		require.Less(f, heapBytes(), f.heap+(8<<20))
	}
}

// frameOf is a frame with a body of the villain's own making.
func frameOf(body []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...)
}

// nested is so many arrays, each in the one before.
func nested(depth int) []byte { return append(bytes.Repeat([]byte{0x91}, depth), 0xc0) }

func TestHostile_BeforeAuthentication(t *testing.T) {
	f := newFortress(t)
	honest := dialAs(t, f.node.Addr().String())
	honest.join("honest@test")
	_ = honest.Close()
	awaitNodes(t, f.node, 1)
	for name, c := range map[string]struct {
		attack func(v *villain)
		end    string
	}{
		"length 0xFFFFFFFF":    {func(v *villain) { v.send([]byte{255, 255, 255, 255}) }, "malformed frame"},
		"length 0":             {func(v *villain) { v.send([]byte{0, 0, 0, 0}) }, "malformed frame"},
		"garbage":              {func(v *villain) { v.send([]byte("GET / HTTP/1.1\r\n\r\n")) }, "malformed frame"},
		"nested arrays":        {func(v *villain) { v.send(frameOf(nested(1000))) }, "malformed frame"},
		"a message":            {func(v *villain) { v.send(messageTo(f.server.ID(), 1, "stop")) }, "malformed frame"},
		"proof without hello":  {func(v *villain) { v.send(wire.AppendProof(nil, [32]byte{})) }, "malformed frame"},
		"message behind hello": {func(v *villain) { v.greet("x@test"); v.send(messageTo(f.server.ID(), 1, "stop")) }, "malformed frame"},
		"wrong proof": {func(v *villain) {
			v.greet("x@test")
			v.send(wire.AppendProof(nil, [32]byte{1}))
		}, "wrong cookie"},
		"the acceptor's MAC for the dialler's": {func(v *villain) {
			v.greet("x@test")
			mac := wire.MAC(wire.Welcome, []byte(villainCookie), v.hello, v.challenge, nil)
			v.send(wire.AppendProof(nil, mac))
		}, "wrong cookie"},
		"replay of an honest handshake": {func(v *villain) {
			v.send(frameOf(honest.hello))
			_ = v.body()
			v.send(honest.proof)
		}, "wrong cookie"},
		"other version": {func(v *villain) {
			id, _ := pid.NewNodeID("x@test", 666)
			v.send(wire.AppendHello(nil, wire.Greeting{Min: 2, Max: 9, Node: id}))
		}, "no common version of the protocol"},
		"the node's own name": {func(v *villain) {
			id, _ := pid.NewNodeID("fort@test", 666)
			v.send(wire.AppendHello(nil, wire.Greeting{Min: 1, Max: 1, Node: id}))
		}, "you have my own name"},
	} {
		t.Run(name, func(t *testing.T) {
			v := dialAs(t, f.node.Addr().String())
			c.attack(v)
			require.Equal(t, c.end, v.expectEnd())
			f.serves()
		})
	}
}

func TestHostile_WhoSaysTooLittleInTimeIsSentAway(t *testing.T) {
	for name, said := range map[string][]byte{"silence": nil, "half a frame": {0, 0, 0, 60, 0x97, 1}} {
		t.Run(name, func(t *testing.T) {
			inLab(t, func(l *lab) {
				fort, friend := l.node("fort@test"), l.node("friend@test")
				c, err := l.net.Host("villain@test").Dial(bounded(l), "fort@test")
				require.NoError(l, err)
				v, begun := onConn(l, c), time.Now()
				v.send(said)
				require.Empty(l, v.expectEnd())
				require.Equal(l, remote.DefaultHandshakeTimeout, time.Since(begun))
				l.connect(friend, fort)
			})
		})
	}
}

func messageTo(to, from uint64, v any) []byte {
	return withValue(signal.Frame{Kind: signal.Message, From: from, To: to}, v)
}

func TestHostile_ProvenPeer(t *testing.T) {
	f := newFortress(t)
	monitor := func(ref uint64) []byte { return monitorOf(f.server.ID(), ref) }
	forged := frame.End(append(term.AppendExtHeader(frame.Begin(nil, signal.Message.OnWire(), 3), term.ExtPID, 1), 0, 5, 0xc0), 0)
	for name, c := range map[string]struct {
		frames func() []byte
		end    string
	}{
		"length 0xFFFFFFFF":        {func() []byte { return []byte{255, 255, 255, 255} }, "frame of 4294967295 bytes"},
		"garbage":                  {func() []byte { return frameOf([]byte("garbage")) }, "where an array is asked for"},
		"nested arrays as a frame": {func() []byte { return frameOf(nested(200_000)) }, "where an integer is asked for"},
		"kind of the handshake":    {func() []byte { return wire.AppendProof(nil, [32]byte{}) }, "unknown kind of frame: 3"},
		"unknown kind":             {func() []byte { return frameOf([]byte{0x91, 63}) }, "unknown kind of frame: 63"},
		"PID of a third node":      {func() []byte { return forged }, "message frame"},
		"fragment of a giant":      {func() []byte { return wire.AppendFragment(nil, 1<<30, []byte{1}) }, "longer than the limit"},
		"fragments out of order": {func() []byte {
			return append(wire.AppendFragment(nil, 1000, []byte{1}), wire.AppendFragment(nil, 1000, []byte{1})...)
		}, "does not follow"},
		"abort of nothing":  {func() []byte { return wire.AppendBare(nil, wire.FragmentAbort) }, "an abort of nothing"},
		"ping in fragments": {func() []byte { return wire.AppendFragment(nil, 0, wire.AppendPing(nil, wire.Ping, 1)[4:]) }, "in fragments"},
		"reference in use":  {func() []byte { return append(monitor(1), monitor(1)...) }, "which is in use"},
		"too many relations": {func() (b []byte) {
			for ref := range uint64(1002) {
				b = append(b, monitor(ref)...)
			}
			return b
		}, "too many links, monitors and calls"},
		"frames behind a goodbye": {func() []byte {
			return append(wire.AppendNotice(nil, wire.Goodbye, 0, "bye"), messageTo(f.server.ID(), 1, "stop")...)
		}, "closing"},
	} {
		t.Run(name, func(t *testing.T) {
			v := dialAs(t, f.node.Addr().String())
			v.join("villain@test")
			v.send(c.frames())
			require.Contains(t, v.expectEnd(), c.end)
			awaitNodes(t, f.node, 1)
			f.serves()
		})
	}
}

// awaitNodes waits until a node has so many connections.
func awaitNodes(t testing.TB, n *remote.Node, count int) {
	t.Helper()
	require.Eventually(t, func() bool { return len(n.Nodes()) == count }, testTimeout, time.Millisecond)
}

func TestHostile_BadValuesCostTheMessageOnly(t *testing.T) {
	f := newFortress(t)
	v := dialAs(t, f.node.Addr().String())
	v.join("villain@test")
	message := signal.Frame{Kind: signal.Message, From: 1, To: f.server.ID()}
	head := func() []byte { return message.AppendHead(nil) }
	deep := frame.End(append(head(), nested(200_000)...), 0)
	cut := frame.End(append(head(), 0xdb, 0xff, 0xff, 0xff, 0xff), 0)
	million := head()[4:]
	million = append(million, nested(1_000_000)...)
	v.send(deep, cut)
	for rest := million; len(rest) > 0; {
		piece := rest[:min(len(rest), 64<<10)]
		rest = rest[len(piece):]
		v.send(wire.AppendFragment(nil, len(rest), piece))
	}
	call := signal.Frame{Kind: signal.Call, From: 1, To: f.server.ID(), Ref: 9, Value: []byte{0xc1}}
	v.send(call.Append(nil))
	got := v.nextSignal(signal.DownSignal)
	require.Equal(t, uint64(9), got.Ref)
	require.Contains(t, got.Reason.Text(), "cannot be decoded")
	require.Eventually(t, func() bool { return connOf(f.node, "villain@test").Dropped == 4 }, testTimeout, time.Millisecond)
	_ = v.Close()
	awaitNodes(t, f.node, 1)
	f.serves()
}

func TestHostile_ReaderThatNeverReadsIsCutOff(t *testing.T) {
	f := newFortress(t)
	v := dialAs(t, f.node.Addr().String())
	v.join("villain@test")
	ask := bytes.Repeat(wire.AppendInfo(nil, wire.NodeInfo, 1, 0), 100)
	for {
		if _, err := v.Write(ask); err != nil {
			break // it does not read, and still it is told
		}
	}
	awaitNodes(t, f.node, 1)
	f.serves()
}

func TestHostile_SpawnsOnlyWhatIsAllowed(t *testing.T) {
	f := newFortress(t)
	before := f.node.Runtime().Spawned()
	_, err := f.friend.Spawn(bounded(t), "fort@test", "shell", "rm -rf /")
	require.ErrorIs(t, err, remote.ErrNotSpawnable)
	require.Equal(t, before, f.node.Runtime().Spawned())
}

func TestHostile_ThousandsWhoSayNothingKeepNobodyOut(t *testing.T) {
	netw := remotetest.New(1)
	start := func(name string) *remote.Node {
		cfg := patient(netw.Config(name))
		cfg.Logger = quiet
		n, err := remote.Start(runtime.MustNew(runtime.Config{Name: name, Logger: quiet}), cfg)
		require.NoError(t, err)
		t.Cleanup(func() { stop(t, n) })
		return n
	}
	fort, friend, late := start("fort@test"), start("friend@test"), start("late@test")
	require.NoError(t, friend.Connect(bounded(t), "fort@test"))
	before := goruntime.NumGoroutine()
	silent := make([]net.Conn, 0, 10_000)
	for range cap(silent) {
		c, err := netw.Host("silent").Dial(t.Context(), "fort@test")
		if err != nil {
			goruntime.Gosched() // the backlog is full for a moment
			continue
		}
		silent = append(silent, c)
	}
	_ = late.Connect(bounded(t), "fort@test") // may be among the oldest for a moment; it goes on trying
	awaitNodes(t, late, 1)
	require.Eventually(t, func() bool {
		return goruntime.NumGoroutine() < before+remote.DefaultMaxPendingHandshakes+100
	}, testTimeout, time.Millisecond)
	require.Len(t, fort.Nodes(), 2)
	for _, c := range silent {
		_ = c.Close()
	}
}

func TestHostile_PeerThatTakesNothingIsGivenUp(t *testing.T) {
	inLab(t, func(l *lab) {
		n := l.node("fort@test", func(c *remote.Config) { c.Cookie, c.StallTimeout = villainCookie, 20*time.Second })
		c, err := l.net.Host("villain@test").Dial(bounded(l), "fort@test")
		require.NoError(l, err)
		v := onConn(l, c)
		v.join("villain@test")
		watch := l.inbox(n, func(ctx *runtime.Context) { n.MonitorNodes(ctx) })
		id, err := pid.NewNodeID("villain@test", 666)
		require.NoError(l, err)
		l.spawn(n, func(ctx *runtime.Context) error {
			for ctx.SendRaw(pid.New(id, 1), make([]byte, 10<<10)) == nil {
			}
			return nil
		})
		begun := time.Now()
		for len(n.Nodes()) > 0 { // it shows life all the time
			_, _ = v.Write(wire.AppendPing(nil, wire.Ping, 1))
			after(time.Second)
		}
		require.Equal(l, remote.CauseStalled, watch.all()[0].(remote.NodeDown).Cause)
		require.Less(l, time.Since(begun), 30*time.Second)
	})
}
