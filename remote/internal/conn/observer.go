package conn

import (
	"log/slog"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/runtime/inspect"
)

// Hidden reports whether the peer is none of the network's nodes.
func (c *Conn) Hidden() bool { return c.hidden }

// maySend reports whether an observer may have a signal acted on. What it may not is
// answered, as far as it has an answer, and reported.
func (c *Conn) maySend(f *signal.Frame) bool {
	switch f.Kind {
	case signal.Reply, signal.DownSignal, signal.UnlinkAck:
		return true
	case signal.Message, signal.Raw, signal.Call, signal.Monitor, signal.Demonitor:
		if f.Name == inspect.Name {
			return true
		}
	}
	to, env := f.Signal(c.peer, c.Self)
	if back, ok := signal.Answer(to, env, errObserver); ok {
		answer := signal.FrameOf(&pid.Address{PID: env.From}, &back)
		c.Queue(answer.Append(nil))
	}
	c.warnRefused(f.Kind.String())
	return false
}

// mayAsk is maySend for what is no signal.
func (c *Conn) mayAsk(f *wire.Frame) bool {
	switch f.Kind {
	case wire.Spawn:
		c.Fail(f.Ref, wire.FailureOther, errObserver.Text())
	case wire.Release:
	default:
		return true
	}
	c.warnRefused(f.Kind.String())
	return false
}

var errObserver = signal.Error("an observer may only send to " + inspect.Name)

func (c *Conn) warnRefused(act string) {
	if last := c.warned.Swap(time.Now().Unix()); time.Since(time.Unix(last, 0)) > time.Second {
		c.Log.Warn("an observer was refused", slog.String("peer", c.peer.Name()), slog.String("act", act))
	}
}
