package remote

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/remote/internal/conn"
	"github.com/starlang-go/starlang/term"
)

// ByteCount is a number of bytes.
type ByteCount = term.ByteCount

// The defaults of a [Config]. Those of the limits for the whole node follow from these.
const (
	DefaultQueueBytes           ByteCount = 1 << 20
	DefaultWaitingBytes         ByteCount = 8 << 20
	DefaultBacklogBytes         ByteCount = 64 << 20
	DefaultFragmentBytes        ByteCount = 64 << 10
	DefaultMaxMessageBytes      ByteCount = 64 << 20
	DefaultMaxRelations                   = 1_000_000
	DefaultMaxHeldSpawns                  = 10_000
	DefaultMaxHungDecoders                = 100
	DefaultMaxConns                       = 1024
	DefaultMaxPendingHandshakes           = 512
	DefaultHandshakeTimeout               = 5 * time.Second
	DefaultConnectTimeout                 = 7 * time.Second // OTP's net_setuptime
	DefaultHeartbeatInterval              = 5 * time.Second
	DefaultStallTimeout                   = 60 * time.Second
	DefaultFragmentTimeout                = 5 * time.Minute
	DefaultDecodeTimeout                  = 10 * time.Second
	DefaultIdleTimeout                    = 60 * time.Second
	DefaultProbeTimeout                   = time.Second
	DefaultMinBackoff                     = 100 * time.Millisecond
	DefaultMaxBackoff                     = 5 * time.Second
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
	// Drop makes the send succeed and drops the message: it is counted in
	// runtime.Stats, and told of in the log and to tracers. Calls fail with [ErrBusy], and
	// so do sends that have asked not to wait, such as runtime.TrySend.
	Drop
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
	// another and never travels. Make it long and random: a host that this node
	// dials can brute-force it offline. It may be empty on loopback, and where
	// certificates prove both sides.
	Cookie string
	// TLS makes all connections TLS 1.3. It serves for dialling and listening:
	// set Certificates, RootCAs, ClientCAs and ClientAuth. It is not changed.
	// InsecureSkipVerify is refused unless VerifyConnection is set.
	TLS *tls.Config
	// VerifyName, if set, is asked whether a certificate is that of a node's name, for
	// the other node of each connection. Without it a node that has the cookie, or any
	// certificate of the authority, may take any name. [HostInCertificate] is one. It needs
	// TLS, and certificates of both sides.
	VerifyName func(node string, cert *x509.Certificate) error
	// ObserverCookie is the secret of those who may look at this node and change
	// nothing, see Observer. Empty: there are none.
	ObserverCookie string
	// Observer makes this node an observer of those that it dials: it is not among their
	// nodes, and may send only to their process of the name starlang.inspect, which answers
	// what there is to see. With Cookie it may also have that process act; without, it
	// proves itself by ObserverCookie. An observer does not listen.
	Observer bool
	// Inspect says whether tools may look at this node, and steer it: with package attach,
	// or the command starctl.
	Inspect Inspect
	// FlightRecorder lets an alarm, or who asks for it, see the last seconds of the
	// program: see inspect.Config. It makes messages several times slower.
	FlightRecorder bool
	// TLSSource, if set, is asked for TLS at each handshake: for certificates that
	// are renewed while the node runs. See [TLSFiles.Load].
	TLSSource func() (*tls.Config, error)
	// Transport is how bytes get to other nodes. nil: TCP.
	Transport Transport
	// Resolver finds the address of a node by its name. nil: [AddressResolver].
	Resolver Resolver
	// WhenFull says what happens to a message for which a connection's queue has no
	// room. Other signals are always queued. A single send need not wait whatever this
	// says: runtime.TrySend and the like are refused, runtime.SendOrDrop drops.
	WhenFull WhenFull
	// Logger gets what happens to connections. nil: slog.Default().
	Logger *slog.Logger

	// Limits of each connection.

	// QueueBytes is for how many bytes a connection's queue has room: messages that
	// were sent and not yet handed to the operating system. One message may go
	// beyond it.
	QueueBytes ByteCount
	// WaitingBytes is how many bytes of messages that have arrived over one connection
	// may wait for room in bounded mailboxes, or to be decoded if they are large or need
	// a decoding method of the program.
	// Above it nothing more is read from the connection.
	WaitingBytes ByteCount
	// BacklogBytes is how many bytes a connection's queue may hold in all. Signals
	// other than messages are queued beyond QueueBytes; a peer that makes us
	// queue this much, because it asks and does not read, is cut off.
	BacklogBytes ByteCount
	// FragmentBytes is up to which length a message travels in one piece. At
	// most 128 KiB.
	FragmentBytes ByteCount
	// MaxMessageBytes is the length of the longest message, encoded and with its
	// addresses, in both directions. Default: 64 MiB. A longer one is refused where it
	// is sent, with [term.ErrTooLarge].
	MaxMessageBytes ByteCount
	// MaxRelations is how many links, monitors and calls may cross a connection. A peer
	// that begins one more is cut off.
	MaxRelations int
	// MaxHeldSpawns is how many processes a peer may have spawned that wait for its
	// release. A peer that spawns one more is cut off.
	MaxHeldSpawns int
	// MaxHungDecoders is how many decoding methods of the program may have been given up
	// after DecodeTimeout and still run, for nobody can end them. At that number the
	// peer's messages that need such a method, or came in fragments, are lost.
	MaxHungDecoders int

	// Limits of the node: of the sums over all connections. When a sum is reached, each
	// connection may still hold one MaxConns-th of it, so that nobody who asks for
	// little is shut out; one that holds more meets the same end as at its own limit.
	// So a sum is never more than twice its limit.

	// MaxConns is how many connections a node has at most. Attempts to make one more
	// fail with [ErrTooManyConns], those of others are refused.
	MaxConns int
	// NodeWaitingBytes is WaitingBytes for all connections, also those that have ended
	// and whose messages still wait. Default: 4 times WaitingBytes.
	NodeWaitingBytes ByteCount
	// NodeBacklogBytes is how many bytes all queues may hold beyond QueueBytes each.
	// Default: BacklogBytes.
	NodeBacklogBytes ByteCount
	// NodeFragmentBytes is how many bytes of messages may have arrived of which parts
	// are missing. Default: 4 times MaxMessageBytes.
	NodeFragmentBytes ByteCount
	// NodeRelations is MaxRelations for all connections. Default: 4 times MaxRelations.
	NodeRelations int
	// NodeHeldSpawns is MaxHeldSpawns for all connections. Default: 4 times MaxHeldSpawns.
	NodeHeldSpawns int
	// NodeHungDecoders is MaxHungDecoders for all connections, also those that have ended.
	// Default: 4 times MaxHungDecoders.
	NodeHungDecoders int
	// MaxPendingHandshakes is how many connections may be between accepted and
	// admitted. When one more comes, one is closed: at random among those that have said
	// nothing yet, of the host that has most of them.
	MaxPendingHandshakes int

	// Times.

	// HandshakeTimeout bounds a handshake, from the accepted connection until it is
	// admitted.
	HandshakeTimeout time.Duration
	// ConnectTimeout bounds an attempt to connect, look-up and handshake
	// included, and so the wait of those who send meanwhile.
	ConnectTimeout time.Duration
	// HeartbeatInterval is how often a sign of life is sent. A peer from which
	// nothing was heard for twice as long is given up.
	HeartbeatInterval time.Duration
	// StallTimeout is how long a peer may take not a single byte while we have some
	// for it. Time in which this program was stopped does not count.
	StallTimeout time.Duration
	// FragmentTimeout is how long a message may take to arrive that comes in fragments,
	// from the first to the last. A peer that takes longer is cut off.
	FragmentTimeout time.Duration
	// DecodeTimeout is how long the program's decoding methods may take for a message that
	// has arrived, such as UnmarshalText, and a microsecond more for each byte of it. They
	// delay only what its sender sends to the same receiver. A message that takes longer is
	// lost, as one that cannot be decoded.
	DecodeTimeout time.Duration
	// IdleTimeout is after which time a connection is closed that nothing has used and
	// nothing needs, at either end: no link, monitor, call, request, message that waits,
	// or [Node.Connect]. It is made again when it is needed.
	IdleTimeout time.Duration
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
const maxFragmentBytes ByteCount = frame.MaxBytes / 2

// complete returns c with its zero fields filled in, or what is wrong with it.
func (c Config) complete() (Config, error) {
	var f filler
	fill(&f, "QueueBytes", &c.QueueBytes, DefaultQueueBytes)
	fill(&f, "WaitingBytes", &c.WaitingBytes, DefaultWaitingBytes)
	fill(&f, "BacklogBytes", &c.BacklogBytes, max(DefaultBacklogBytes, 2*c.QueueBytes))
	fill(&f, "FragmentBytes", &c.FragmentBytes, DefaultFragmentBytes)
	fill(&f, "MaxMessageBytes", &c.MaxMessageBytes, DefaultMaxMessageBytes)
	fill(&f, "MaxRelations", &c.MaxRelations, DefaultMaxRelations)
	fill(&f, "MaxHeldSpawns", &c.MaxHeldSpawns, DefaultMaxHeldSpawns)
	fill(&f, "MaxHungDecoders", &c.MaxHungDecoders, DefaultMaxHungDecoders)
	fill(&f, "MaxConns", &c.MaxConns, DefaultMaxConns)
	fill(&f, "NodeWaitingBytes", &c.NodeWaitingBytes, 4*c.WaitingBytes)
	fill(&f, "NodeBacklogBytes", &c.NodeBacklogBytes, c.BacklogBytes)
	fill(&f, "NodeFragmentBytes", &c.NodeFragmentBytes, 4*c.MaxMessageBytes)
	fill(&f, "NodeRelations", &c.NodeRelations, 4*c.MaxRelations)
	fill(&f, "NodeHeldSpawns", &c.NodeHeldSpawns, 4*c.MaxHeldSpawns)
	fill(&f, "NodeHungDecoders", &c.NodeHungDecoders, 4*c.MaxHungDecoders)
	fill(&f, "MaxPendingHandshakes", &c.MaxPendingHandshakes, DefaultMaxPendingHandshakes)
	fill(&f, "HandshakeTimeout", &c.HandshakeTimeout, DefaultHandshakeTimeout)
	fill(&f, "ConnectTimeout", &c.ConnectTimeout, DefaultConnectTimeout)
	fill(&f, "HeartbeatInterval", &c.HeartbeatInterval, DefaultHeartbeatInterval)
	fill(&f, "StallTimeout", &c.StallTimeout, DefaultStallTimeout)
	fill(&f, "FragmentTimeout", &c.FragmentTimeout, DefaultFragmentTimeout)
	fill(&f, "DecodeTimeout", &c.DecodeTimeout, DefaultDecodeTimeout)
	fill(&f, "IdleTimeout", &c.IdleTimeout, DefaultIdleTimeout)
	fill(&f, "ProbeTimeout", &c.ProbeTimeout, DefaultProbeTimeout)
	fill(&f, "MinBackoff", &c.MinBackoff, DefaultMinBackoff)
	fill(&f, "MaxBackoff", &c.MaxBackoff, max(DefaultMaxBackoff, c.MinBackoff))
	fill(&f, "CloseTimeout", &c.CloseTimeout, DefaultCloseTimeout)
	if c.Transport == nil {
		c.Transport = TCP{}
	}
	if c.Resolver == nil {
		c.Resolver = AddressResolver{}
	}
	return c, errors.Join(f.err, c.check())
}

// filler collects what is wrong with the fields of a Config.
type filler struct{ err error }

// fill gives a field its default if it is zero.
func fill[N ~int | ~int64](f *filler, name string, field *N, otherwise N) {
	if *field == 0 {
		*field = otherwise
	}
	if *field < 0 {
		f.err = errors.Join(f.err, fmt.Errorf("%s is negative", name))
	}
}

// check returns what is wrong with c, whose defaults are filled in.
func (c Config) check() error {
	switch {
	case c.FragmentBytes > maxFragmentBytes:
		return fmt.Errorf("FragmentBytes is %d, at most %d are possible", c.FragmentBytes, maxFragmentBytes)
	case c.MaxBackoff < c.MinBackoff:
		return errors.New("MaxBackoff is less than MinBackoff")
	case c.WhenFull > Drop:
		return fmt.Errorf("unknown WhenFull %d", c.WhenFull)
	case c.VerifyName != nil && (c.TLS == nil || c.TLS.ClientAuth != tls.RequireAndVerifyClientCert):
		return errors.New("VerifyName needs TLS with ClientAuth RequireAndVerifyClientCert")
	case c.Inspect > InspectControl:
		return fmt.Errorf("unknown Inspect %d", c.Inspect)
	case c.Observer && c.Listen != "":
		return errors.New("an observer does not listen")
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

// checkName refuses a name whose host is that of whoever reads it: others that dial it
// would reach themselves.
func checkName(nodeName string) error {
	_, host, _ := strings.Cut(nodeName, "@")
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if ip := net.ParseIP(strings.Trim(host, "[]")); host == "" || ip != nil && ip.IsUnspecified() {
		return fmt.Errorf("the host in the node's name %q is none that others could dial: "+
			"name a host, and set Config.Listen to listen on all addresses", nodeName)
	}
	return nil
}

// listenAddress returns where to listen, "" for nowhere.
func (c Config) listenAddress(nodeName string) string {
	if c.Listen != "" || c.Observer {
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

// forConns returns what connections have of c.
func (c Config) forConns() conn.Config {
	return conn.Config{
		QueueBytes: c.QueueBytes, BacklogBytes: c.BacklogBytes, FragmentBytes: c.FragmentBytes, MaxMessageBytes: c.MaxMessageBytes,
		MaxHeldSpawns: c.MaxHeldSpawns, MaxHungDecoders: c.MaxHungDecoders, Refuse: c.WhenFull != Wait,
		HeartbeatInterval: c.HeartbeatInterval, StallTimeout: c.StallTimeout, FragmentTimeout: c.FragmentTimeout,
		DecodeTimeout: c.DecodeTimeout, IdleTimeout: c.IdleTimeout, CloseTimeout: c.CloseTimeout,
	}
}

func (c Config) budgets() conn.Budgets {
	return conn.NewBudgets(c.NodeBacklogBytes, c.NodeFragmentBytes, c.NodeHeldSpawns, c.MaxConns)
}
