package dist

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/internal/inlet"
	"github.com/starlang-go/starlang/term"
)

// The defaults of a [Config].
const (
	DefaultQueueBytes      term.ByteCount = 1 << 20
	DefaultWaitingBytes    term.ByteCount = 8 << 20
	DefaultMaxRelations                   = 1_000_000
	DefaultDecodeTimeout                  = 10 * time.Second
	DefaultMaxHungDecoders                = 100

	DefaultNodeWaitingBytes term.ByteCount = 64 << 20
	DefaultNodeRelations                   = 4_000_000
	DefaultNodeHungDecoders                = 400
	DefaultMaxPeers                        = 1000
)

// Config bounds what crosses the connections of a node. A zero field means its default.
type Config struct {
	// QueueBytes is how many bytes of messages are kept for a node while it is being
	// connected to. One message may go beyond it.
	QueueBytes term.ByteCount
	// Refuse makes a message that finds no room there fail with [ErrBusy]. Else its
	// sender waits for the attempt to connect.
	Refuse bool
	// Drop makes a message that is no call succeed where it would fail with [ErrBusy],
	// unless its sender has asked not to wait: it is dropped, and counted in
	// runtime.Stats. It goes with Refuse, here and in the [Carrier].
	Drop bool
	// WaitingBytes is how many bytes of messages of one peer may wait in full mailboxes,
	// or to be decoded, before [Peer.AwaitRoom] waits.
	WaitingBytes term.ByteCount
	// MaxRelations is how many links, monitors and calls may cross a connection. A peer
	// that begins one more gets an [ErrOverload].
	MaxRelations int
	// DecodeTimeout is how long Decode of a [Signal] may take, and a microsecond more for
	// each byte of the value. Then the message is lost, as one that cannot be decoded, and
	// what waits for it goes on.
	DecodeTimeout time.Duration
	// MaxHungDecoders is how many of one peer's may be given up in this way and still
	// run, for nobody can end them. At that number the peer's messages that have a Decode
	// are lost.
	MaxHungDecoders int
	// NodeWaitingBytes, NodeRelations and NodeHungDecoders bound the sums over all peers:
	// once one is reached, a peer that has more of it than its part, one of MaxPeers, is
	// treated as one that has too much by itself.
	NodeWaitingBytes term.ByteCount
	NodeRelations    int
	NodeHungDecoders int
	MaxPeers         int
	// Encode encodes the value of a message to a node that is yet to be connected. nil:
	// term.AppendMessage. An error is the sender's.
	Encode func(to pid.Address, env *signal.Envelope) (Encoded, error)
	// Warn logs what cannot be decoded. nil: the runtime's logger does.
	Warn func(text string, attrs ...slog.Attr)
}

// The errors by which callers branch, with errors.Is.
var (
	// ErrOpen tells that the runtime has a port already.
	ErrOpen = errors.New("dist: the runtime has a port already")
	// ErrForged tells that a signal was to be sent in the name of a process of another
	// node.
	ErrForged = errors.New("the sender is not a process of this node")
	// ErrBusy is [registry.ErrBusy].
	ErrBusy = registry.ErrBusy
	// ErrLost tells that the connection was lost, or is being closed. It is an
	// [registry.ErrNoConnection].
	ErrLost error = &lost{}
	// ErrLeaving is what a carrier returns whose connection is being closed because nothing
	// needed it: what was to be sent waits for the next one.
	ErrLeaving = errors.New("the connection was idle and is being closed")
	// ErrProtocol tells that a peer has broken a rule: its connection is to be closed.
	ErrProtocol = errors.New("protocol error")
	// ErrOverload tells that a peer has begun more relations than it may: its
	// connection is to be closed.
	ErrOverload = errors.New("too many links, monitors and calls")
	// ErrReplaced is why a connection is closed whose peer has made a newer one.
	ErrReplaced = errors.New("replaced by another connection")
)

type lost struct{}

func (*lost) Error() string { return registry.ErrNoConnection.Error() + ": connection lost" }
func (*lost) Unwrap() error { return registry.ErrNoConnection }

// Port is where the signals of a runtime leave for other nodes and come in from them.
// All goroutines may share it.
//
// Lock order: a peer's mu, then a process's or a carrier's, then those of overflow and
// budget. The port's mu is taken by itself.
type Port struct {
	rt      *runtime.Runtime
	inlet   inlet.Runtime
	self    pid.NodeID
	dialler Dialler
	cfg     Config
	waiting *sum // bytes, see waiting
	related *sum // links, monitors and calls
	hung    *sum // decoders

	// routes is what senders look peers up in. It is replaced, under mu, when one
	// comes or goes.
	routes atomic.Pointer[routes]

	mu    sync.Mutex
	nodes map[string]*node // guarded by mu; by name: those that are up or are dialled
}

// routes are the peers that are up. A routes never changes, but for recent.
type routes struct {
	byID   map[pid.NodeID]*Peer
	byName map[string]*Peer
	recent atomic.Pointer[Peer] // one of byID, the one found last; nil before
}

// portKey is what a Port is attached to its runtime under.
type portKey struct{}

var _ registry.RemoteSendHook = (*Port)(nil)

// Open opens the port of rt: signals to other nodes go there from now on. A runtime has
// one port in its life, else [ErrOpen]; it has none if a hook was set by other means.
func Open(rt *runtime.Runtime, d Dialler, cfg Config) (*Port, error) {
	p := &Port{
		rt:      rt,
		inlet:   inlet.Of(rt),
		self:    rt.Node().ID(),
		dialler: d,
		cfg:     cfg.withDefaults(),
		nodes:   make(map[string]*node),
	}
	p.waiting = newSum(p.cfg.NodeWaitingBytes, p.cfg.MaxPeers)
	p.related = newSum(p.cfg.NodeRelations, p.cfg.MaxPeers)
	p.hung = newSum(p.cfg.NodeHungDecoders, p.cfg.MaxPeers)
	p.routes.Store(&routes{})
	if _, taken := p.inlet.Attach(portKey{}, p); taken {
		return nil, ErrOpen
	}
	if err := rt.SetRemoteSendHook(p); err != nil {
		return nil, err
	}
	return p, nil
}

func (c Config) withDefaults() Config {
	if c.QueueBytes <= 0 {
		c.QueueBytes = DefaultQueueBytes
	}
	if c.WaitingBytes <= 0 {
		c.WaitingBytes = DefaultWaitingBytes
	}
	if c.Encode == nil {
		c.Encode = func(_ pid.Address, env *signal.Envelope) (Encoded, error) { return term.AppendMessage(nil, env.Value) }
	}
	if c.NodeWaitingBytes <= 0 {
		c.NodeWaitingBytes = DefaultNodeWaitingBytes
	}
	if c.NodeRelations <= 0 {
		c.NodeRelations = DefaultNodeRelations
	}
	if c.NodeHungDecoders <= 0 {
		c.NodeHungDecoders = DefaultNodeHungDecoders
	}
	if c.DecodeTimeout <= 0 {
		c.DecodeTimeout = DefaultDecodeTimeout
	}
	if c.MaxHungDecoders <= 0 {
		c.MaxHungDecoders = DefaultMaxHungDecoders
	}
	if c.MaxPeers <= 0 {
		c.MaxPeers = DefaultMaxPeers
	}
	if c.MaxRelations <= 0 {
		c.MaxRelations = DefaultMaxRelations
	}
	return c
}

// Of returns the port of rt, nil if it has none.
func Of(rt *runtime.Runtime) *Port {
	p, _ := inlet.Of(rt).Attached(portKey{}).(*Port)
	return p
}

// Dialler returns what the port was opened with.
func (p *Port) Dialler() Dialler { return p.dialler }

// SendRemote implements [registry.RemoteSendHook]. What cannot go because there is no
// connection waits for one, see [Dialler], within Config.QueueBytes; but a reply goes
// over the connection that is up or being made, or nowhere, and what ends a relation has nothing to
// end.
func (p *Port) SendRemote(ctx context.Context, to pid.Address, env signal.Envelope) error {
	if !env.From.IsZero() && !env.From.IsLocal(p.self) {
		return &registry.SendError{To: to, Err: ErrForged}
	}
	var err error
	if peer := p.find(&to); peer != nil {
		err = peer.send(ctx, &to, &env)
		if errors.Is(err, ErrLeaving) {
			p.giveUp(peer)
			err = p.sendLater(ctx, to, env)
		}
	} else {
		err = p.sendLater(ctx, to, env)
	}
	if err == nil || p.dropped(ctx, to, env, err) {
		return nil
	}
	if failed, ok := errors.AsType[*registry.SendError](err); ok {
		return failed
	}
	return &registry.SendError{To: to, Err: err}
}

// CheckRemote implements [registry.RemoteChecker]: it encodes the value as for a node that
// is yet to be connected, and throws the bytes away.
func (p *Port) CheckRemote(to pid.Address, env signal.Envelope) error {
	_, err := p.cfg.Encode(to, &env)
	return err
}

// find returns the peer that an address is on if it is up, else nil. For a PID it is
// that very start of its node.
func (p *Port) find(to *pid.Address) *Peer {
	r := p.routes.Load()
	if to.PID.IsZero() {
		return r.byName[to.Name.Node]
	}
	if peer := r.recent.Load(); peer != nil && to.PID.IsLocal(peer.id) {
		return peer
	}
	peer := r.byID[to.PID.Node()]
	if peer != nil {
		r.recent.Store(peer)
	}
	return peer
}

// publishLocked makes the peers that are up known to senders.
func (p *Port) publishLocked() {
	r := &routes{byID: map[pid.NodeID]*Peer{}, byName: map[string]*Peer{}}
	for name, n := range p.nodes {
		if n.up != nil && !n.queueing {
			r.byID[n.up.id], r.byName[name] = n.up, n.up
		}
	}
	p.routes.Store(r)
}

func (p *Port) warn(text string, attrs ...slog.Attr) {
	if p.cfg.Warn != nil {
		p.cfg.Warn(text, attrs...)
		return
	}
	p.inlet.Logger().LogAttrs(context.Background(), slog.LevelWarn, text, attrs...)
}
