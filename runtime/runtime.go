package runtime

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
)

// Defaults and limits of a [Config].
const (
	// DefaultExitGrace is how long an exit signal other than kill waits for a
	// process's body to return.
	DefaultExitGrace = 5 * time.Second
	// DefaultShutdownTimeout bounds a [Runtime.Shutdown] whose context has no
	// deadline.
	DefaultShutdownTimeout = 30 * time.Second
)

// Config says what kind of runtime [New] makes. The zero Config is a node without
// a name and with all defaults.
type Config struct {
	// Name is the node's name, part@host, or "" for a node that is not to be
	// connected to others.
	Name string
	// ExitGrace is how long an exit signal other than kill waits for a
	// process's body to return. Then the process is Dead and its goroutine a
	// [Zombie]. 0 means [DefaultExitGrace].
	ExitGrace time.Duration
	// Logger gets crash reports and reports of zombies. nil means slog.Default()
	// at the time of the report.
	Logger *slog.Logger
	// CallTimeout is how long a call waits whose context has no deadline. 0 means
	// [DefaultCallTimeout]; [NoTimeout] lets it wait for as long as it takes. So that
	// it costs such a call next to nothing, it may end later by an eighth of
	// CallTimeout, or by 2 ms if that is more; never earlier. For a time that is
	// exact see [CallTimeout] and [WithCallTimeout].
	CallTimeout time.Duration
	// ProfileLabels gives the goroutine of each process the profile labels pid,
	// name, label and type: what they were when it started, or woke up. It costs
	// a few allocations each time.
	ProfileLabels bool
	// LogLevel is the level of the Logger's handler, if tools may set it while the
	// program runs: see package inspect. nil: they may not.
	LogLevel *slog.LevelVar
}

// Runtime is a node: a set of processes with an identity, a registry of them and
// of their names. Any number of runtimes live in one program without knowing of
// each other. Make one with [New]; all goroutines may share it. A runtime with
// no processes has no goroutines.
type Runtime struct {
	cfg      Config
	node     *pid.Node
	registry *registry.Registry[*process]
	hooks    hooks // here, among what is only read, since every message asks
	timers   timers
	zombies  zombies
	graces   graces
	reports  bursts
	counts   counts
	callers  callers

	callClock  callClock
	propagator atomic.Pointer[Propagator] // set once; nil: none
	tracers    listeners[Tracer]
	recorders  listeners[Recorder]
	birth      time.Time
	spawned    atomic.Uint64

	telling  atomic.Int64 // processes out of the table that have yet to tell all of their end
	stopping atomic.Bool
	ended    chan struct{} // capacity 1; a token while stopping and a process or zombie has ended
	attached sync.Map      // what other modules keep with the runtime, see package inlet
}

// New makes a runtime. It returns an error if cfg is not valid: a Name that is no
// node name, a negative ExitGrace.
func New(cfg Config) (*Runtime, error) {
	return build(cfg, registry.New[*process])
}

// MustNew is [New] for a Config that is known to be valid; it panics if not.
func MustNew(cfg Config) *Runtime {
	rt, err := New(cfg)
	if err != nil {
		panic("runtime: " + err.Error())
	}
	return rt
}

func build(cfg Config, newRegistry func(pid.NodeID) *registry.Registry[*process]) (*Runtime, error) {
	if cfg.ExitGrace < 0 {
		return nil, fmt.Errorf("runtime: negative ExitGrace %s", cfg.ExitGrace)
	}
	if cfg.ExitGrace == 0 {
		cfg.ExitGrace = DefaultExitGrace
	}
	if cfg.CallTimeout < 0 {
		return nil, fmt.Errorf("runtime: negative CallTimeout %s", cfg.CallTimeout)
	}
	if cfg.CallTimeout == 0 {
		cfg.CallTimeout = DefaultCallTimeout
	}
	node, err := pid.NewNode(cfg.Name)
	if err != nil {
		return nil, fmt.Errorf("runtime: %w", err)
	}
	rt := &Runtime{
		cfg:      cfg,
		node:     node,
		registry: newRegistry(node.ID()),
		birth:    time.Now(),
		ended:    make(chan struct{}, 1),
	}
	rt.timers.init()
	rt.callClock.init(cfg.CallTimeout)
	return rt, nil
}

// Default returns the runtime of programs that need just one: a node without a
// name, made at the first call. [registry.SetRemoteSendHook] sets its hook. It is the
// one thing that is global here, and nothing else uses it.
func Default() *Runtime { return defaultRuntime() }

var defaultRuntime = sync.OnceValue(func() *Runtime {
	rt, err := build(Config{}, registry.NewDefault[*process])
	if err != nil {
		panic("runtime: default: " + err.Error())
	}
	return rt
})

// Node returns the runtime's identity.
func (rt *Runtime) Node() *pid.Node { return rt.node }

// SetRemoteSendHook sets the way to other nodes. It can be set once: a second
// call returns [registry.ErrHookSet].
func (rt *Runtime) SetRemoteSendHook(h registry.RemoteSendHook) error {
	return rt.registry.SetRemoteSendHook(h)
}

// Len returns the number of processes that are not Dead.
func (rt *Runtime) Len() int { return rt.registry.Len() - int(rt.callers.n.Load()) }

// Spawned returns how many processes were ever spawned.
func (rt *Runtime) Spawned() uint64 { return rt.spawned.Load() }

// Uptime returns how long ago the runtime was made.
func (rt *Runtime) Uptime() time.Duration { return time.Since(rt.birth) }

// PIDs iterates over the processes that are not Dead, in no order. Processes may
// come and go meanwhile.
func (rt *Runtime) PIDs() iter.Seq[pid.PID] {
	return func(yield func(pid.PID) bool) {
		for p, q := range rt.registry.All() {
			if !q.isCaller() && !yield(p) {
				return
			}
		}
	}
}

// IsAlive reports whether p is a process of this runtime and Running.
func (rt *Runtime) IsAlive(p pid.PID) bool {
	q, ok := rt.registry.Get(p)
	return ok && q.running()
}

// Exit sends a process an exit signal in the name of the program; its sender is
// the zero PID. Otherwise it is [Context.Exit].
func (rt *Runtime) Exit(to pid.PID, reason signal.ExitReason) error {
	return rt.sendExit(context.Background(), nil, pid.PID{}, to, reason)
}

// route sends a signal to an address on another node.
func (rt *Runtime) route(ctx context.Context, to pid.Address, env signal.Envelope) error {
	if to.PID.IsZero() {
		return rt.registry.SendNamed(ctx, to.Name, env)
	}
	return rt.registry.Send(ctx, to.PID, env)
}

// signalAway sends a signal that nobody waits for to a process of another node.
// If there is no connection, whoever was to get it learns that by itself.
func (rt *Runtime) signalAway(to pid.PID, env signal.Envelope) {
	rt.signalAwayTo(pid.Address{PID: to}, env)
}

func (rt *Runtime) signalAwayTo(to pid.Address, env signal.Envelope) {
	_ = rt.route(context.Background(), to, env)
}

func (rt *Runtime) logger() *slog.Logger {
	if rt.cfg.Logger != nil {
		return rt.cfg.Logger
	}
	return slog.Default()
}
