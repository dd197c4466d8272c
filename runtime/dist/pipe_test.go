package dist_test

import (
	"bufio"
	"context"
	"encoding/gob"
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/dist"
	"github.com/starlang-go/starlang/term"
)

// pipe is a carrier over any stream, with a protocol of its own: that of package gob.
type pipe struct {
	stream net.Conn
	peer   *dist.Peer
	rt     *runtime.Runtime
	gone   chan struct{} // closed when the reader has ended

	mu   sync.Mutex
	wake *sync.Cond // L is &mu
	out  []packet   // guarded by mu
	over bool       // guarded by mu
}

// packet is a signal as it travels.
type packet struct {
	Kind                  signal.Kind
	From, To, Ref, Alias  string
	Name, Watched, Reason string
	Number                uint64
	Value                 []byte
}

// Dial implements dist.Dialler: this carrier is connected by hand.
func (p *pipe) Dial(string) error { return registry.ErrNoConnection }

// Send implements dist.Carrier.
func (p *pipe) Send(ctx context.Context, to pid.Address, env signal.Envelope) error {
	return p.Signal(ctx, dist.Signal{Envelope: env, To: to})
}

// Signal implements dist.Carrier.
func (p *pipe) Signal(ctx context.Context, s dist.Signal) error {
	out := packet{Kind: s.Kind, Watched: s.Name, Reason: s.Reason.String(), Number: s.Number, Name: s.To.Name.Name,
		From: s.From.String(), To: s.To.PID.String(), Ref: s.Ref.String(), Alias: s.ReplyTo.Ref().String()}
	var err error
	switch v := s.Value.(type) {
	case nil:
	case dist.Encoded:
		out.Value = v
	default:
		if out.Value, err = term.AppendMessage(nil, v); err != nil {
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.over:
		return dist.ErrLost
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	p.out = append(p.out, out)
	p.wake.Signal()
	return nil
}

// Close implements dist.Carrier.
func (p *pipe) Close(error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	p.wake.Signal()
	_ = p.stream.Close()
}

// write ends once the stream is closed.
func (p *pipe) write() {
	w := gob.NewEncoder(p.stream)
	for {
		p.mu.Lock()
		for len(p.out) == 0 && !p.over {
			p.wake.Wait()
		}
		out := p.out
		p.out = nil
		p.mu.Unlock()
		for _, o := range out {
			if w.Encode(o) != nil {
				p.Close(nil)
				return
			}
		}
		if len(out) == 0 {
			return
		}
	}
}

// read ends once the stream is closed, and then ends the connection.
func (p *pipe) read() {
	defer close(p.gone)
	defer p.peer.Down(io.EOF)
	defer p.Close(io.EOF)
	r := gob.NewDecoder(bufio.NewReader(p.stream))
	for {
		var in packet
		if r.Decode(&in) != nil {
			return
		}
		s := dist.Signal{Envelope: signal.Envelope{Kind: in.Kind}, Name: in.Watched, Number: in.Number, Size: len(in.Value)}
		s.From, _ = pid.ParsePID(in.From)
		s.To.PID, _ = pid.ParsePID(in.To)
		s.To.Name.Name = in.Name
		s.Ref, _ = pid.ParseRef(in.Ref)
		alias, _ := pid.ParseRef(in.Alias)
		s.ReplyTo = signal.ReplyToRef(alias)
		s.Reason, _ = signal.ParseExitReason(in.Reason)
		if in.Value != nil {
			s.Decode = func() (any, error) { return term.DecodeMessage(in.Value) }
		}
		if p.peer.In(s) != nil {
			return
		}
		p.peer.AwaitRoom(p.gone)
	}
}

// pipes connects two new nodes.
func pipes(t *testing.T) (a, b *pipe) {
	left, right := net.Pipe()
	a, b = newPipe(t, "a@pipe", left), newPipe(t, "b@pipe", right)
	a.peer = dist.Of(a.rt).Up(b.rt.Node().ID(), a, dist.Features{Flags: 7})
	b.peer = dist.Of(b.rt).Up(a.rt.Node().ID(), b, dist.Features{Flags: 7})
	for _, p := range []*pipe{a, b} {
		go p.write()
		go p.read()
		t.Cleanup(func() { p.Close(nil); <-p.gone; require.NoError(t, p.rt.Shutdown(context.Background())) })
	}
	return a, b
}

func newPipe(t *testing.T, name string, stream net.Conn) *pipe {
	p := &pipe{stream: stream, gone: make(chan struct{}), rt: runtime.MustNew(runtime.Config{Name: name, Logger: slog.New(slog.DiscardHandler)})}
	p.wake = sync.NewCond(&p.mu)
	_, err := dist.Open(p.rt, p, dist.Config{})
	require.NoError(t, err)
	return p
}

func TestCarrier_OverAPipeIsEnough(t *testing.T) {
	a, b := pipes(t)
	echo, err := b.rt.SpawnOpt(runtime.SpawnOptions{Name: "echo"}, func(ctx *runtime.Context) error {
		for {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			if from, ok := m.From(); ok {
				_ = ctx.Reply(from, m.Value())
			} else if to, ok := m.Value().(pid.PID); ok {
				_ = ctx.Send(to, "hello")
			}
		}
	})
	require.NoError(t, err)
	require.NoError(t, a.rt.Run(context.Background(), func(ctx *runtime.Context) error {
		ctx.SetTrapExit(true)
		v, err := runtime.Call[string](ctx, echo, "question")
		require.NoError(t, err)
		require.Equal(t, "question", v)
		require.NoError(t, ctx.Send(echo, ctx.PID()))
		_, err = runtime.Receive[string](ctx)
		require.NoError(t, err)

		ref := ctx.Monitor(echo)
		require.NoError(t, ctx.Link(echo))
		require.NoError(t, ctx.Exit(echo, signal.Error("enough")))
		exit, err := runtime.Receive[signal.Exit](ctx)
		require.NoError(t, err)
		require.Equal(t, signal.Exit{From: echo, Reason: signal.Error("enough")}, exit)
		down, err := runtime.Receive[signal.Down](ctx)
		require.NoError(t, err)
		require.Equal(t, ref, down.Ref)
		_, err = runtime.Call[string](ctx, echo, "question")
		require.ErrorIs(t, err, runtime.ErrNoProc)

		silent, err := b.rt.Spawn(func(ctx *runtime.Context) error { <-ctx.Done(); return nil })
		require.NoError(t, err)
		ctx.Monitor(silent)
		b.Close(nil)
		down, err = runtime.Receive[signal.Down](ctx)
		require.NoError(t, err)
		require.Equal(t, signal.NoConnection, down.Reason)
		return nil
	}))
	require.Equal(t, dist.Features{Flags: 7}, a.peer.Features())
}
