package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/term"
)

// Limits and texts of the handshake.
const (
	// MaxHandshakeFrameBytes is the length of the longest body before the
	// connection is up.
	MaxHandshakeFrameBytes = 2 << 10
	// Version is the version of the protocol that this package speaks.
	Version = 1
	// NonceBytes and MACBytes are how long these are.
	NonceBytes = 32
	MACBytes   = sha256.Size
	// ExporterLabel is what TLS's exporter is asked for to bind a proof to its
	// connection, MACBytes long.
	ExporterLabel = "EXPORTER-starlang-remote"

	magic = "starlang"
)

// Nonce is the random part of a hello or challenge.
type Nonce [NonceBytes]byte

// Greeting is a hello or challenge: who a side is.
type Greeting struct {
	Min, Max uint64 // versions; in a challenge both are the chosen one
	Node     pid.NodeID
	Nonce    Nonce
	Role     Role // of the dialler; a challenge has none
}

// Role is what a dialler wants to be.
type Role uint64

// The roles.
const (
	Member   Role = 0
	Observer Role = 1
)

// AppendHello appends the frame of a hello.
func AppendHello(dst []byte, g Greeting) []byte {
	start := len(dst)
	dst = term.AppendString(begin(dst, Hello, 7), magic)
	dst = term.AppendUint(term.AppendUint(dst, g.Min), g.Max)
	return frame.End(term.AppendUint(g.appendIdentity(dst), uint64(g.Role)), start)
}

// AppendChallenge appends the frame of a challenge.
func AppendChallenge(dst []byte, g Greeting) []byte {
	start := len(dst)
	dst = term.AppendUint(begin(dst, Challenge, 4), g.Max)
	return frame.End(g.appendIdentity(dst), start)
}

func (g Greeting) appendIdentity(dst []byte) []byte {
	dst = term.AppendString(dst, g.Node.Name())
	dst = term.AppendUint(dst, uint64(g.Node.Creation()))
	return term.AppendBytes(dst, g.Nonce[:])
}

// AppendProof appends the frame of a proof.
func AppendProof(dst []byte, mac [MACBytes]byte) []byte {
	start := len(dst)
	return frame.End(term.AppendBytes(begin(dst, Proof, 1), mac[:]), start)
}

// AppendWelcome appends the frame of a welcome.
func AppendWelcome(dst []byte, mac [MACBytes]byte, r Role) []byte {
	start := len(dst)
	return frame.End(term.AppendUint(term.AppendBytes(begin(dst, Welcome, 2), mac[:]), uint64(r)), start)
}

// MAC returns the MAC of a proof or welcome, from the bodies of hello and
// challenge and, under TLS, what the exporter gave.
func MAC(k Kind, cookie, hello, challenge, binding []byte) (mac [MACBytes]byte) {
	label := "starlang 1 dialler\x00"
	if k == Welcome {
		label = "starlang 1 acceptor\x00"
	}
	h := hmac.New(sha256.New, cookie)
	h.Write([]byte(label))
	for _, body := range [][]byte{hello, challenge} {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(body))))
		h.Write(body)
	}
	h.Write(binding)
	h.Sum(mac[:0])
	return mac
}

// Notice is what a refusal or goodbye says.
type Notice struct {
	Code uint64
	Text string
}

// ParseHello reads the body of a hello.
func ParseHello(body []byte) (g Greeting, err error) {
	in, err := openHandshake(body, Hello, 6)
	if err != nil {
		return g, err
	}
	m, err := in.Text(len(magic))
	if err != nil {
		return g, err
	}
	if string(m) != magic {
		return g, fmt.Errorf("magic is %q, not %q", m, magic)
	}
	if err = in.Uints(&g.Min, &g.Max); err != nil {
		return g, err
	}
	if err = readIdentity(in, &g); err != nil {
		return g, err
	}
	if g.Role, err = readRole(in); err != nil {
		return g, err
	}
	return g, in.End()
}

// ParseReply reads the body of a challenge, or of the refusal in its place.
func ParseReply(body []byte) (g Greeting, refused *Notice, err error) {
	if refused, err = parseRefusal(body); refused != nil || err != nil {
		return g, refused, err
	}
	in, err := openHandshake(body, Challenge, 4)
	if err != nil {
		return g, nil, err
	}
	if err = in.Uints(&g.Max); err != nil {
		return g, nil, err
	}
	g.Min = g.Max
	if err = readIdentity(in, &g); err != nil {
		return g, nil, err
	}
	return g, nil, in.End()
}

// ParseProof reads the body of a proof.
func ParseProof(body []byte) (mac [MACBytes]byte, err error) {
	in, err := openHandshake(body, Proof, 1)
	if err != nil {
		return mac, err
	}
	if err = readExactly(in, mac[:]); err != nil {
		return mac, err
	}
	return mac, in.End()
}

// ParseWelcome reads the body of a welcome, or of the refusal in its place.
func ParseWelcome(body []byte) (mac [MACBytes]byte, r Role, refused *Notice, err error) {
	if refused, err = parseRefusal(body); refused != nil || err != nil {
		return mac, r, refused, err
	}
	in, err := openHandshake(body, Welcome, 1)
	if err != nil {
		return mac, r, nil, err
	}
	if err = readExactly(in, mac[:]); err != nil {
		return mac, r, nil, err
	}
	if r, err = readRole(in); err != nil {
		return mac, r, nil, err
	}
	return mac, r, nil, in.End()
}

// readRole reads the field behind those that every implementation of the version sends. An old
// one does not: it knows members only.
func readRole(in *frame.Fields) (r Role, err error) {
	if !in.Optional() {
		return Member, nil
	}
	start := in.Offset()
	if err = in.Uints((*uint64)(&r)); err == nil && r > Observer {
		err = in.Fail(start, term.ErrRange)
	}
	return r, err
}

func parseRefusal(body []byte) (*Notice, error) {
	if len(body) < 2 || body[1] != byte(Refusal) {
		return nil, nil
	}
	in, err := openHandshake(body, Refusal, 2)
	if err != nil {
		return nil, err
	}
	var f Frame
	if err := readNotice(&f, in); err != nil {
		return nil, err
	}
	return &Notice{f.Code, string(f.Name)}, in.End()
}

// openHandshake reads the beginning of a frame that must be of kind want.
func openHandshake(body []byte, want Kind, fields int) (*frame.Fields, error) {
	in := new(frame.Fields)
	if err := in.Open(body); err != nil {
		return nil, err
	}
	if in.Of != uint64(want) {
		return nil, fmt.Errorf("%v frame where a %v belongs", Kind(min(in.Of, math.MaxUint8)), want)
	}
	if err := in.Expect(fields); err != nil {
		return nil, fmt.Errorf("%v frame: %w", want, err)
	}
	return in, nil
}

// readIdentity reads a name, a creation and a nonce.
func readIdentity(in *frame.Fields, g *Greeting) error {
	name, err := in.Text(pid.MaxNodeNameBytes)
	if err != nil {
		return err
	}
	if err := pid.CheckNodeName(string(name)); err != nil {
		return err
	}
	start := in.Offset()
	creation, err := in.ReadUint()
	if err != nil {
		return err
	}
	if creation == 0 || creation > math.MaxUint32 {
		return in.Fail(start, term.ErrRange)
	}
	if g.Node, err = pid.NewNodeID(string(name), uint32(creation)); err != nil {
		return err
	}
	return readExactly(in, g.Nonce[:])
}

// readExactly reads as many bytes as dst is long.
func readExactly(in *frame.Fields, dst []byte) error {
	start := in.Offset()
	b, err := in.Bytes()
	if err != nil {
		return err
	}
	if len(b) != len(dst) {
		return in.Fail(start, fmt.Errorf("%d bytes where %d belong", len(b), len(dst)))
	}
	copy(dst, b)
	return nil
}
