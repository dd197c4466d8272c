package inspect

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/internal/text"
)

// Name is the name of the server.
const Name = "starlang.inspect"

// Config says what a server knows of the world around its runtime. The zero Config is
// that of a runtime without other nodes.
type Config struct {
	// Access returns what the processes of another node may ask for. nil: nothing.
	Access func(node pid.NodeID) Access
	// Peers returns the connections to other nodes. nil: there are none.
	Peers func() []Peer
	// Disconnect ends the connection with a node. nil: it cannot.
	Disconnect func(ctx context.Context, node string) error
	// NodeEvents is called once, at the start, with what is to be told of the begins and
	// ends of connections; that does not wait. nil: there are none.
	NodeEvents func(tell func(NodeEvent))
	// FlightRecorder records all the time what the program does, so that an alarm, or who
	// asks for a [Flight], has the last seconds. A message between two processes then
	// takes three times as long. A program has one such recorder.
	FlightRecorder bool
}

// Start starts the server of a runtime, under the name [Name], and returns its PID. It
// ends with the runtime.
func Start(rt *runtime.Runtime, cfg Config) (server pid.PID, err error) {
	s := &inspector{newNode(rt, cfg)}
	opts := genserver.Options{Name: Name, Label: "looks into the node", HibernateAfter: genserver.HibernateAtOnce}
	started := make(chan error, 1)
	_, err = rt.Spawn(func(ctx *runtime.Context) error { // ends with the start
		var err error
		server, err = genserver.Start(ctx, s, opts)
		started <- err
		return nil
	})
	if err == nil {
		err = <-started
	}
	if err != nil {
		err = fmt.Errorf("inspect: %w", err)
	}
	return server, err
}

// node is the runtime that is looked into. All goroutines may share it.
type node struct {
	rt       *runtime.Runtime
	cfg      Config
	working  atomic.Int32 // questions that are being answered
	refusals quota
	alarms   alarms
	events   *events
	sessions sessions
	flight   flight
	looking  sync.Mutex // held by whoever looks at stacks
}

func newNode(rt *runtime.Runtime, cfg Config) *node {
	n := &node{rt: rt, cfg: cfg, events: newEvents()}
	n.alarms.changes.size = maxChanges
	return n
}

// query is a question. Its answer is found in a process of its own.
type query interface {
	answer(ctx context.Context, n *node) (any, error)
}

// action is a question that changes something.
type action interface {
	query
	target() string
}

// maxWorking is how many questions are answered at once.
const maxWorking = 32

// maxAnswerTime bounds the time for an answer.
const maxAnswerTime = time.Minute

// inspector hands each question to a process that answers it.
type inspector struct{ node *node }

var (
	_ genserver.Initializer = (*inspector)(nil)
	_ genserver.CallHandler = (*inspector)(nil)
	_ genserver.InfoHandler = (*inspector)(nil)
)

// Init begins to remember what happens, and sets the time of the first look.
func (s *inspector) Init(ctx *genserver.Context) error {
	context.AfterFunc(ctx.Context, s.node.rt.AddRecorder(s.node.events))
	if s.node.cfg.FlightRecorder {
		s.node.flight.start(ctx.Context, s.node)
	}
	if tell := s.node.cfg.NodeEvents; tell != nil {
		tell(s.node.events.nodeEvent)
	}
	_, err := ctx.SendAfter(ctx.PID(), lookEvery, timeToLook{})
	return err
}

// The messages of the server to itself.
type (
	timeToLook struct{}
	looked     struct{ Next time.Duration } // a look has ended; when to look again
)

// HandleInfo looks for alarms when it is time.
func (s *inspector) HandleInfo(ctx *genserver.Context, msg any) error {
	switch m := msg.(type) {
	case timeToLook:
		server := ctx.PID()
		_, _, err := ctx.SpawnOpt(runtime.SpawnOptions{Link: true, Label: Name + " alarms"}, func(w *runtime.Context) error {
			return w.Send(server, looked{s.node.look(w)})
		})
		return err
	case looked:
		_, err := ctx.SendAfter(ctx.PID(), m.Next, timeToLook{})
		return err
	}
	return nil // whoever may ask may send, too
}

// HandleCall begins to answer a question.
func (s *inspector) HandleCall(ctx *genserver.Context, from genserver.From, req any) (any, error) {
	q, ok := req.(query)
	if !ok {
		return nil, genserver.ErrUnhandled
	}
	if err := s.node.allow(from.PID, q); err != nil {
		return nil, err
	}
	over := ctx.CallContext(from)
	opts := runtime.SpawnOptions{Link: true, Label: Name + " " + nameOf(q)}
	_, _, err := ctx.SpawnOpt(opts, func(w *runtime.Context) error {
		s.node.work(w, over, from, q)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return genserver.NoReply, nil
}

// work answers a question, unless over ends before.
func (n *node) work(w *runtime.Context, over context.Context, from genserver.From, q query) {
	ctx, cancel := context.WithTimeout(w, maxAnswerTime)
	defer cancel()
	defer context.AfterFunc(over, cancel)()
	reply, err := n.ask(context.WithValue(ctx, askerKey{}, from.PID), q)
	if a, acts := q.(action); acts {
		n.logDone(from.PID, a, err)
	}
	if err == nil {
		err = from.Reply(w, reply)
	}
	if err != nil {
		_ = from.ReplyError(w, err)
	}
}

// ask answers a question. A panic is an error: it must not end the server.
func (n *node) ask(ctx context.Context, q query) (reply any, err error) {
	defer n.working.Add(-1)
	if n.working.Add(1) > maxWorking {
		return nil, ErrBusy
	}
	defer func() {
		if r := recover(); r != nil {
			err = errors.New(text.Panic(r))
		}
	}()
	return q.answer(ctx, n)
}

// nameOf returns what a question is called.
func nameOf(q query) string {
	if a, ok := q.(Action); ok {
		return cut(string(a.Do), 32)
	}
	name := fmt.Sprintf("%T", q)
	return name[strings.LastIndexByte(name, '.')+1:]
}
