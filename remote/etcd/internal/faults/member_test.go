package faults_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/entity"
	"github.com/starlang-go/starlang/remote/cluster/group"
	"github.com/starlang-go/starlang/remote/cluster/single"
	"github.com/starlang-go/starlang/remote/etcd"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// TestMain makes the program a member if it is told to be one.
func TestMain(m *testing.M) {
	if text := os.Getenv(planVariable); text != "" {
		if err := runMember(text); err != nil {
			fmt.Fprintln(os.Stderr, "member:", err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// beat is how often a process that runs once acts.
const beat = 10 * time.Millisecond

// member is the program as a member.
type member struct {
	plan    plan
	dir     *etcd.Directory
	c       *cluster.Cluster
	ledgers *entity.Entities
	scope   *group.Scope
	wire    *wire
	sink    *sinkClient
	callers callers

	mu  sync.Mutex
	out *json.Encoder // guarded by mu
}

func runMember(text string) error {
	m := &member{out: json.NewEncoder(os.Stdout), wire: newWire()}
	if err := json.Unmarshal([]byte(text), &m.plan); err != nil {
		return err
	}
	m.sink = &sinkClient{address: m.plan.Sink}
	m.callers = callers{m: m, stop: make(chan struct{})}
	if err := m.start(); err != nil {
		return err
	}
	m.tell(event{Kind: "started"})
	return m.obey(os.Stdin)
}

// tell tells the test something, in one write: a pipe takes that as a whole or not at all.
func (m *member) tell(e event) {
	e.Node, e.At = m.plan.Node, clock()
	m.mu.Lock()
	defer m.mu.Unlock()
	_ = m.out.Encode(e) // a test that has ended does not read it
}

func (m *member) start() (err error) {
	logger := slog.New(slog.DiscardHandler)
	if m.dir, err = etcd.New(etcd.Config{Endpoints: m.plan.Endpoints}); err != nil {
		return err
	}
	rt := runtime.MustNew(runtime.Config{Name: m.plan.Node, Logger: logger})
	m.c, err = cluster.Start(context.Background(), rt, cluster.Config{
		Name: m.plan.Cluster, Directory: m.dir, TTL: m.plan.TTL, Logger: logger,
		Remote: remote.Config{
			Listen: m.plan.Listen, Cookie: "faults", Transport: m.wire, Logger: logger,
			HeartbeatInterval: m.plan.TTL / 4, MaxBackoff: m.plan.TTL / 2,
		},
	})
	if err != nil {
		return err
	}
	if err := m.startEntities(); err != nil {
		return err
	}
	if m.plan.Till {
		if err := m.startTill(rt); err != nil {
			return err
		}
	}
	spec := supervisor.Spec{Intensity: 1000}
	for _, name := range m.plan.Singles {
		spec.Children = append(spec.Children, single.Child(m.c, name, supervisor.ChildSpec{Start: m.lead(name)}))
	}
	_, err = supervisor.Start(context.Background(), rt, spec)
	return err
}

func (m *member) startEntities() (err error) {
	if m.plan.Shards == 0 {
		return nil
	}
	m.ledgers, err = entity.Register(m.c, entity.Kind{
		Name: "ledger", Shards: m.plan.Shards, Proxy: m.plan.Proxy, HandOffTimeout: m.plan.TTL,
		Start: func(l entity.Lease, id string) (any, error) { return &ledger{m, l, id}, nil },
	})
	return err
}

// lead returns what starts the process of a singleton. It acts, by beats, as long as it may.
func (m *member) lead(name string) supervisor.StartFunc {
	return func(ctx context.Context) (pid.PID, error) {
		parent, _ := runtime.FromContext(ctx)
		return parent.SpawnLink(func(ctx *runtime.Context) error {
			l := event{Kind: "leads", Key: name}
			tick := time.NewTicker(beat)
			defer tick.Stop()
			for {
				select {
				case <-tick.C:
					m.act(ctx, &l)
				case <-ctx.Done():
					l.Kind = "ended"
					m.tell(l)
					return context.Cause(ctx)
				}
			}
		})
	}
}

// act writes to the sink if the process may. Its first act is told to the test.
func (m *member) act(ctx context.Context, l *event) {
	began := clock()
	f, ok := cluster.FenceOf(ctx)
	if !ok {
		return
	}
	if l.Last = began; l.Fence == 0 {
		l.Fence = uint64(f)
		m.tell(*l)
	}
	_ = m.sink.write(write{Key: "single/" + l.Key, Fence: uint64(f), Node: m.plan.Node, Open: true, Began: began})
}

// ledger is an entity that writes to the sink.
type ledger struct {
	m     *member
	lease entity.Lease
	id    string
}

// HandleCall implements genserver.CallHandler.
func (l *ledger) HandleCall(_ *genserver.Context, _ genserver.From, req any) (any, error) {
	n, ok := req.(number)
	if !ok {
		return nil, genserver.ErrUnhandled
	}
	began := clock()
	w := write{
		Key: l.id, Fence: uint64(l.lease.Fence()), Node: l.m.plan.Node,
		Open: l.lease.Open(), Began: began, From: n.From, N: n.N,
	}
	return n.N, l.m.sink.write(w)
}

// till is the server that has a name and is in a group.
type till struct{ m *member }

// Init implements genserver.Initializer.
func (t till) Init(ctx *genserver.Context) error { return t.m.scope.Join(ctx, "tills") }

// HandleCall implements genserver.CallHandler.
func (till) HandleCall(_ *genserver.Context, _ genserver.From, req any) (any, error) { return req, nil }

func (m *member) startTill(rt *runtime.Runtime) (err error) {
	if m.scope, err = group.Open(m.c, "faults"); err != nil {
		return err
	}
	started := make(chan error, 1)
	_, err = rt.Spawn(func(ctx *runtime.Context) error {
		_, err := genserver.StartLink(ctx, till{m}, genserver.Options{Via: m.c.Name("till/" + m.plan.Node)})
		started <- err
		<-ctx.Done()
		return context.Cause(ctx)
	})
	if err != nil {
		return err
	}
	return <-started
}

// obey follows orders until there are no more.
func (m *member) obey(in io.Reader) error {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		var o order
		if err := json.Unmarshal(lines.Bytes(), &o); err != nil {
			return err
		}
		switch o.Do {
		case "call":
			m.callers.start(o)
		case "stop":
			go m.callers.report() // ends with the calls
		case "cut":
			m.wire.set(true)
		case "heal":
			m.wire.set(false)
		case "leave":
			return m.leave()
		}
	}
	return lines.Err()
}

// leave ends the member in order.
func (m *member) leave() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := m.c.Leave(ctx); err != nil {
		return err
	}
	m.tell(event{Kind: "left"})
	return m.c.Runtime().Shutdown(ctx)
}
