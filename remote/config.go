package remote

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/term"
)

// ByteCount is a number of bytes.
type ByteCount = term.ByteCount

// The defaults of a [Config].
const (
	DefaultQueueBytes           ByteCount = 1 << 20
	DefaultWaitingBytes         ByteCount = 8 << 20
	DefaultBacklogBytes         ByteCount = 64 << 20
	DefaultFragmentBytes        ByteCount = 64 << 10
	DefaultMaxMessageBytes      ByteCount = 64 << 20
	DefaultMaxRelations                   = 1_000_000
	DefaultMaxPendingHandshakes           = 128
	DefaultHandshakeTimeout               = 5 * time.Second
	DefaultConnectTimeout                 = 7 * time.Second // OTP's net_setuptime
	DefaultHeartbeatInterval              = 5 * time.Second
	DefaultStallTimeout                   = 60 * time.Second
	DefaultProbeTimeout                   = time.Second
	DefaultMinBackoff                     = 100 * time.Millisecond
	DefaultMaxBackoff                     = 30 * time.Second
	DefaultCloseTimeout                   = 5 * time.Second
)

// WhenFull says what a send does that finds its connection's queue full.
type WhenFull uint8

const (
	// Wait makes the sender wait until there is room, its context ends, or the
	// connection is lost.
	Wait WhenFull = iota
	// Refuse makes the send fail with [ErrBusy].
	Refuse
)

// Config says how a node talks to others. The zero Config is a node that listens
// where its name says, on loopback only, without a cookie. A zero field means its
// default.
type Config struct {
	// Listen is the address to listen on, host:port; port 0 takes a free one, see
	// [Node.Addr]. Empty: the host and port in the node's name, or nowhere if it
	// has no port: such a node only dials.
	Listen string
	// Cookie is the secret that all nodes of a network share. It proves a node to
	// another and never travels. Make it long and random: whoever gets a node to
	// dial him can try cookies out at leisure. It may be empty on loopback, and
	// where certificates prove both sides.
	Cookie string
	// TLS makes all connections TLS 1.3. It serves for dialling and listening:
	// set Certificates, RootCAs, ClientCAs and ClientAuth. It is not changed.
	// InsecureSkipVerify is refused unless VerifyConnection is set.
	TLS *tls.Config
	// TLSSource, if set, is asked for TLS at each handshake: for certificates that
	// are renewed while the node runs. See [TLSFiles.Load].
	TLSSource func() (*tls.Config, error)
	// Transport is how bytes get to other nodes. nil: TCP.
	Transport Transport
	// Resolver finds the address of a node by its name. nil: [AddressResolver].
	Resolver Resolver
	// WhenFull says what happens to a message for which a connection's queue has no
	// room. Other signals are always queued.
	WhenFull WhenFull
	// Logger gets what happens to connections. nil: slog.Default().
	Logger *slog.Logger

	// QueueBytes is for how many bytes a connection's queue has room: messages that
	// were sent and not yet handed to the operating system. One message may go
	// beyond it.
	QueueBytes ByteCount
	// WaitingBytes is how many bytes of messages that have arrived over one connection
	// may wait for room in bounded mailboxes, or to be decoded if they are large.
	// Above it nothing more is read from the connection.
	WaitingBytes ByteCount
	// BacklogBytes is how many bytes a connection's queue may hold in all. Signals
	// other than messages are queued beyond QueueBytes; a peer that makes us
	// queue this much, because it asks and does not read, is cut off.
	BacklogBytes ByteCount
	// FragmentBytes is up to which length a message travels in one piece. At
	// most 128 KiB.
	FragmentBytes ByteCount
	// MaxMessageBytes is the length of the longest message, encoded, in both
	// directions. Default: 64 MiB. A longer one is refused where it is sent, with
	// [term.ErrTooLarge].
	MaxMessageBytes ByteCount
	// MaxRelations is how many links, monitors and calls may cross a connection. A peer
	// that begins one more is cut off.
	MaxRelations int
	// MaxPendingHandshakes is how many connections may be between accepted and
	// proven. When one more comes, the oldest of them is closed.
	MaxPendingHandshakes int
	// HandshakeTimeout bounds a handshake, from the accepted connection to the
	// last proof.
	HandshakeTimeout time.Duration
	// ConnectTimeout bounds an attempt to connect, look-up and handshake
	// included, and so the wait of those who send meanwhile.
	ConnectTimeout time.Duration
	// HeartbeatInterval is how often a sign of life is sent. A peer from which
	// nothing was heard for twice as long is given up.
	HeartbeatInterval time.Duration
	// StallTimeout is how long a peer may take no bytes while we have some for
	// it.
	StallTimeout time.Duration
	// ProbeTimeout is how long a connection may take to show that it is alive
	// when another node claims the same name.
	ProbeTimeout time.Duration
	// MinBackoff and MaxBackoff bound the delay before a node is dialled again
	// that could not be reached. It doubles each time; half of it is random.
	MinBackoff, MaxBackoff time.Duration
	// CloseTimeout bounds the draining of a connection that is ended in order.
	CloseTimeout time.Duration
}

// maxFragmentBytes leaves room in a frame for all that stands beside a value.
const maxFragmentBytes ByteCount = wire.MaxFrameBytes / 2

// withDefaults returns c with its zero fields filled in.
func (c Config) withDefaults() Config {
	setDefault(&c.QueueBytes, DefaultQueueBytes)
	setDefault(&c.WaitingBytes, DefaultWaitingBytes)
	setDefault(&c.BacklogBytes, max(DefaultBacklogBytes, 2*c.QueueBytes))
	setDefault(&c.FragmentBytes, DefaultFragmentBytes)
	setDefault(&c.MaxMessageBytes, DefaultMaxMessageBytes)
	setDefault(&c.MaxRelations, DefaultMaxRelations)
	setDefault(&c.MaxPendingHandshakes, DefaultMaxPendingHandshakes)
	setDefault(&c.HandshakeTimeout, DefaultHandshakeTimeout)
	setDefault(&c.ConnectTimeout, DefaultConnectTimeout)
	setDefault(&c.HeartbeatInterval, DefaultHeartbeatInterval)
	setDefault(&c.StallTimeout, DefaultStallTimeout)
	setDefault(&c.ProbeTimeout, DefaultProbeTimeout)
	setDefault(&c.MinBackoff, DefaultMinBackoff)
	setDefault(&c.MaxBackoff, max(DefaultMaxBackoff, c.MinBackoff))
	setDefault(&c.CloseTimeout, DefaultCloseTimeout)
	if c.Transport == nil {
		c.Transport = TCP{}
	}
	if c.Resolver == nil {
		c.Resolver = AddressResolver{}
	}
	return c
}

func setDefault[N comparable](field *N, otherwise N) {
	var zero N
	if *field == zero {
		*field = otherwise
	}
}

// check returns what is wrong with c, whose defaults are filled in.
func (c Config) check() error {
	for _, f := range []struct {
		name  string
		value int64
	}{
		{"QueueBytes", int64(c.QueueBytes)}, {"WaitingBytes", int64(c.WaitingBytes)},
		{"BacklogBytes", int64(c.BacklogBytes)}, {"FragmentBytes", int64(c.FragmentBytes)},
		{"MaxMessageBytes", int64(c.MaxMessageBytes)}, {"MaxRelations", int64(c.MaxRelations)},
		{"MaxPendingHandshakes", int64(c.MaxPendingHandshakes)},
		{"HandshakeTimeout", int64(c.HandshakeTimeout)}, {"ConnectTimeout", int64(c.ConnectTimeout)},
		{"HeartbeatInterval", int64(c.HeartbeatInterval)}, {"StallTimeout", int64(c.StallTimeout)},
		{"ProbeTimeout", int64(c.ProbeTimeout)}, {"MinBackoff", int64(c.MinBackoff)},
		{"MaxBackoff", int64(c.MaxBackoff)}, {"CloseTimeout", int64(c.CloseTimeout)},
	} {
		if f.value < 0 {
			return fmt.Errorf("%s is negative", f.name)
		}
	}
	switch {
	case c.FragmentBytes > maxFragmentBytes:
		return fmt.Errorf("FragmentBytes is %d, at most %d are possible", c.FragmentBytes, maxFragmentBytes)
	case c.MaxBackoff < c.MinBackoff:
		return errors.New("MaxBackoff is less than MinBackoff")
	case c.WhenFull > Refuse:
		return fmt.Errorf("unknown WhenFull %d", c.WhenFull)
	}
	return c.checkTLS()
}

func (c Config) checkTLS() error {
	if c.TLS != nil && c.TLS.InsecureSkipVerify && c.TLS.VerifyConnection == nil {
		return errors.New("TLS.InsecureSkipVerify would let anybody pose as any node: " +
			"set TLS.RootCAs, or a VerifyConnection of your own")
	}
	return nil
}

// listenAddress returns where to listen, "" for nowhere.
func (c Config) listenAddress(nodeName string) string {
	if c.Listen != "" {
		return c.Listen
	}
	_, host, _ := strings.Cut(nodeName, "@")
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	return ""
}

// provesPeers reports whether whoever connects must prove that it belongs to us.
func (c Config) provesPeers() bool {
	return c.Cookie != "" || c.TLS != nil && c.TLS.ClientAuth == tls.RequireAndVerifyClientCert
}

// errOpenToAll says what to do about a node that would take anybody in.
var errOpenToAll = errors.New("without a cookie anybody who can reach this address could run this node: " +
	"set Cookie, or TLS with ClientAuth RequireAndVerifyClientCert, or listen on 127.0.0.1")

// checkExposure refuses to talk to the world without proof.
func (c Config) checkExposure(a net.Addr) error {
	if c.provesPeers() || isLocal(a) {
		return nil
	}
	return errOpenToAll
}

// isLocal reports whether only programs of this machine are reached by a, which
// is not an address of the Internet or one of the loopback interface.
func isLocal(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return !ok || tcp.IP.IsLoopback()
}

// termLimits bounds what a message that arrives may cost.
func (c Config) termLimits() term.Limits {
	return term.Limits{
		MaxBytes:    c.MaxMessageBytes + 1<<10,
		MaxMemory:   max(term.DefaultMaxMemory, 4*c.MaxMessageBytes),
		MaxElements: max(term.DefaultMaxElements, int(c.MaxMessageBytes/8)),
	}
}
