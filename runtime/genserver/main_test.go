package genserver_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// script is a server whose methods are functions of the test. What it has no
// function for it does not handle.
type script struct {
	init func(ctx *genserver.Context) error
	call func(ctx *genserver.Context, from genserver.From, req any) (any, error)
	cast func(ctx *genserver.Context, msg any) error
	info func(ctx *genserver.Context, msg any) error
	cont func(ctx *genserver.Context, v any) error
	due  func(ctx *genserver.Context) error
	term func(ctx *genserver.Context, reason signal.ExitReason)
}

func (s *script) Init(ctx *genserver.Context) error {
	if s.init == nil {
		return nil
	}
	return s.init(ctx)
}

func (s *script) HandleCall(ctx *genserver.Context, from genserver.From, req any) (any, error) {
	if s.call == nil {
		return nil, genserver.ErrUnhandled
	}
	return s.call(ctx, from, req)
}

func (s *script) HandleCast(ctx *genserver.Context, msg any) error {
	return run1(s.cast, ctx, msg)
}

func (s *script) HandleInfo(ctx *genserver.Context, msg any) error {
	return run1(s.info, ctx, msg)
}

func (s *script) HandleContinue(ctx *genserver.Context, v any) error {
	return run1(s.cont, ctx, v)
}

func (s *script) HandleTimeout(ctx *genserver.Context) error {
	if s.due == nil {
		return genserver.ErrUnhandled
	}
	return s.due(ctx)
}

func (s *script) Terminate(ctx *genserver.Context, reason signal.ExitReason) {
	if s.term != nil {
		s.term(ctx, reason)
	}
}

func run1(f func(*genserver.Context, any) error, ctx *genserver.Context, v any) error {
	if f == nil {
		return genserver.ErrUnhandled
	}
	return f(ctx, v)
}

// echo replies with the request.
func echo(_ *genserver.Context, _ genserver.From, req any) (any, error) { return req, nil }

var errBoom = errors.New("boom")

// settings are the options that no program can tell apart.
var settings = map[string]time.Duration{
	"sleeps by default": 0,
	"sleeps at once":    genserver.HibernateAtOnce,
	"never sleeps":      genserver.HibernateNever,
}

// eachSetting runs a test with each of the settings, as a process of a runtime that
// must be empty after it, and in a bubble of time.
func eachSetting(t *testing.T, test func(t *testing.T, ctx *runtime.Context, opts genserver.Options)) {
	for name, after := range settings {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, ctx *runtime.Context) {
				test(t, ctx, genserver.Options{HibernateAfter: after})
			})
		})
	}
}

// inBubble is within whose time stands still as long as anything runs.
func inBubble(t *testing.T, test func(t *testing.T, ctx *runtime.Context)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { within(t, test) })
}

// within runs test as a process of a new runtime.
func within(t *testing.T, test func(t *testing.T, ctx *runtime.Context)) {
	t.Helper()
	rt := newRuntime(t, runtime.Config{})
	require.NoError(t, rt.Run(context.Background(), func(ctx *runtime.Context) error {
		test(t, ctx)
		return nil
	}))
}

func newRuntime(t *testing.T, cfg runtime.Config) *runtime.Runtime {
	t.Helper()
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	rt, err := runtime.New(cfg)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, rt.Shutdown(context.Background()))
		require.Zero(t, rt.Len())
	})
	return rt
}

func start(t *testing.T, ctx context.Context, server any, opts genserver.Options) pid.PID {
	t.Helper()
	p, err := genserver.Start(ctx, server, opts)
	require.NoError(t, err)
	return p
}

// watched starts a server and returns the monitor too.
func watched(t *testing.T, ctx context.Context, server any, opts genserver.Options) (pid.PID, pid.Ref) {
	t.Helper()
	p, ref, err := genserver.StartMonitor(ctx, server, opts)
	require.NoError(t, err)
	return p, ref
}

// down waits for the Down of a monitor and returns the reason.
func down(t *testing.T, ctx context.Context, ref pid.Ref) signal.ExitReason {
	t.Helper()
	d, err := runtime.ReceiveMatch(ctx, func(d signal.Down) bool { return d.Ref == ref })
	require.NoError(t, err)
	return d.Reason
}

// requireNoMail checks that nothing has landed in the mailbox.
func requireNoMail(t *testing.T, ctx *runtime.Context) {
	t.Helper()
	m, err := ctx.TryRecv()
	require.ErrorIs(t, err, runtime.ErrEmpty, "%v", m.Value())
}

// pass lets virtual time pass: nothing else says that it is over. It is for
// synctest bubbles only.
func pass(d time.Duration) { <-time.After(d) }

// logLines collects what a runtime logs.
type logLines struct {
	mu  sync.Mutex
	buf strings.Builder
}

func (l *logLines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *logLines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func (l *logLines) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }
