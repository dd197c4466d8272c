package remote_test

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	goruntime "runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/remote"
)

// sabotage is what code of the program may do instead of what it is asked for.
var sabotage = map[string]func(release <-chan struct{}){
	"panics":             func(<-chan struct{}) { panic("sabotage") },
	"panics with itself": func(<-chan struct{}) { panic(&evil{}) },
	"ends the goroutine": func(<-chan struct{}) { goruntime.Goexit() },
	"hangs":              func(release <-chan struct{}) { <-release },
}

// evil is a value whose text nobody may ask for.
type evil struct{}

func (*evil) Error() string { panic("the text of sabotage") }

// traps are all the places of a Config where code of the program runs. Each makes act run
// there once, for the node bad@test or at first, and does what is right otherwise.
var traps = map[string]func(c *remote.Config, act func()){
	"Resolver": func(c *remote.Config, act func()) {
		right := c.Resolver
		c.Resolver = remote.ResolverFunc(func(ctx context.Context, node string) (string, error) {
			if node == "bad@test" {
				act()
			}
			return right.Resolve(ctx, node)
		})
	},
	"TLSSource": func(c *remote.Config, act func()) {
		var asked atomic.Int64
		c.TLSSource = func() (*tls.Config, error) {
			if asked.Add(1) == 2 { // the first is that of Start
				act()
			}
			return nil, nil
		}
	},
	"Transport.Dial": func(c *remote.Config, act func()) { c.Transport = trapNet{Transport: c.Transport, dial: once(act)} },
	"Listener.Accept": func(c *remote.Config, act func()) {
		c.Transport = trapNet{Transport: c.Transport, accept: once(act)}
	},
	"Conn.Read":  func(c *remote.Config, act func()) { c.Transport = trapNet{Transport: c.Transport, read: once(act)} },
	"Conn.Write": func(c *remote.Config, act func()) { c.Transport = trapNet{Transport: c.Transport, write: once(act)} },
	"Logger":     func(c *remote.Config, act func()) { c.Logger = slog.New(trapHandler{once(act)}) },
}

func once(act func()) func() {
	var done atomic.Bool
	return func() {
		if done.CompareAndSwap(false, true) {
			act()
		}
	}
}

// trapNet is a network with a trap in it. A nil function is none.
type trapNet struct {
	remote.Transport
	dial, accept, read, write func()
}

func spring(trap func()) {
	if trap != nil {
		trap()
	}
}

func (n trapNet) Dial(ctx context.Context, addr string) (net.Conn, error) {
	spring(n.dial)
	c, err := n.Transport.Dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	return trapConn{c, n}, nil
}

func (n trapNet) Listen(addr string) (net.Listener, error) {
	l, err := n.Transport.Listen(addr)
	return trapListener{l, n}, err
}

type trapListener struct {
	net.Listener
	net trapNet
}

func (l trapListener) Accept() (net.Conn, error) {
	spring(l.net.accept)
	return l.Listener.Accept()
}

// trapConn is a connection that may have a trap once it is up: behind the handshake.
type trapConn struct {
	net.Conn
	net trapNet
}

func (c trapConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if len(b) > 4<<10 { // the reader's buffer, none of the handshake
		spring(c.net.read)
	}
	return n, err
}

func (c trapConn) Write(b []byte) (int, error) {
	if strings.Contains(string(b), "spring the trap") {
		spring(c.net.write)
	}
	return c.Conn.Write(b)
}

type trapHandler struct{ trap func() }

func (h trapHandler) Enabled(context.Context, slog.Level) bool { return true }
func (h trapHandler) Handle(context.Context, slog.Record) error {
	h.trap()
	return nil
}
func (h trapHandler) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h trapHandler) WithGroup(string) slog.Handler      { return h }

// Whatever code of the program does, it costs one attempt, one connection or log lines: the
// node goes on, and Close returns.
func TestGuard_WhatTheProgramsCodeDoesCostsItselfOnly(t *testing.T) {
	for place, set := range traps {
		for what, act := range sabotage {
			if strings.HasPrefix(place, "Conn.") && what == "hangs" {
				continue // as a peer that says nothing does: heartbeats notice that
			}
			t.Run(place+" "+what, func(t *testing.T) {
				inLab(t, func(l *lab) {
					release := make(chan struct{})
					sprung := make(chan struct{})
					l.node("bad@test")
					b := l.node("b@test")
					in := l.inbox(b, nil)
					a := l.node("a@test", func(c *remote.Config) {
						set(c, func() {
							close(sprung)
							act(release)
						})
					})
					bad := pid.Name{Name: "nobody", Node: "bad@test"}
					_ = a.Runtime().SendNamed(bounded(l), bad, "spring the trap")
					after(remote.DefaultMaxBackoff + remote.DefaultConnectTimeout + time.Minute)
					<-sprung
					require.NoError(l, a.Runtime().Send(bounded(l), in.pid, 1))
					require.Equal(l, []any{1}, in.all())
					if place != "Listener.Accept" || what != "hangs" {
						other := l.node("other@test")
						require.NoError(l, other.Connect(bounded(l), "a@test"))
					}
					require.NoError(l, a.Close(bounded(l)))
					close(release)
					synctest.Wait()
				})
			})
		}
	}
}

// lines is a handler that keeps what is logged.
type lines struct{ records chan slog.Record }

func (h lines) Enabled(context.Context, slog.Level) bool      { return true }
func (h lines) Handle(_ context.Context, r slog.Record) error { h.records <- r; return nil }
func (h lines) WithAttrs([]slog.Attr) slog.Handler            { return h }
func (h lines) WithGroup(string) slog.Handler                 { return h }

// text returns a line with its level and attributes.
func text(r slog.Record) string {
	var b strings.Builder
	b.WriteString(r.Level.String() + " " + r.Message)
	r.Attrs(func(a slog.Attr) bool { b.WriteString(" " + a.String()); return true })
	return b.String()
}

func TestLog_WrongCookieIsAWarningOnBothSides(t *testing.T) {
	inLab(t, func(l *lab) {
		logs := lines{make(chan slog.Record, 100)}
		logged := func(cookie string) func(c *remote.Config) {
			return func(c *remote.Config) { c.Cookie, c.Logger = cookie, slog.New(logs) }
		}
		a := l.node("a@test", logged("one"))
		l.node("b@test", logged("two"))
		_, err := a.Whereis(bounded(l), pid.Name{Name: "x", Node: "b@test"})
		require.ErrorIs(l, err, remote.ErrCookie)
		synctest.Wait()
		got := []string{text(<-logs.records), text(<-logs.records)}
		for _, line := range got {
			require.Contains(l, line, "WARN")
		}
		require.Contains(l, strings.Join(got, "\n"), "peer=b@test")
	})
}

// A handler that is slow loses lines, and says how many.
func TestLog_LinesThatAreLostAreCounted(t *testing.T) {
	inLab(t, func(l *lab) {
		logs := lines{make(chan slog.Record)}
		a := l.node("a@test", func(c *remote.Config) { c.Logger = slog.New(logs) })
		l.node("b@test")
		for range 700 {
			_, err := a.Whereis(bounded(l), pid.Name{Name: "x", Node: "b@test"})
			require.ErrorIs(l, err, registry.ErrNameNotFound)
			_, err = a.Disconnect(bounded(l), "b@test")
			require.NoError(l, err)
			a.Nudge("b@test")
		}
		var last string
		for range 1001 + 1 {
			last = text(<-logs.records)
		}
		require.Contains(l, last, "log lines were lost")
		go func() {
			for range logs.records {
			}
		}()
		require.NoError(l, a.Close(bounded(l)))
		close(logs.records)
	})
}

func TestLog_HandlerThatFailsLosesOneLine(t *testing.T) {
	for _, what := range []string{"panics", "ends the goroutine"} {
		inLab(t, func(l *lab) {
			var written atomic.Int64
			fails := once(func() { sabotage[what](nil) })
			a := l.node("a@test", func(c *remote.Config) {
				c.Logger = slog.New(trapHandler{func() { written.Add(1); fails() }})
			})
			l.connect(a, l.node("b@test"))
			_, err := a.Disconnect(bounded(l), "b@test")
			require.NoError(l, err)
			synctest.Wait()
			require.EqualValues(l, 2, written.Load(), "connected, disconnected")
		})
	}
}
