package statem_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/statem"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The machines of the tests have strings as states and keep a list of what they
// have seen as their data.
type (
	machine = statem.Machine[string, []string]
	state   = statem.State[string, []string]
	ctx     = statem.Context[string, []string]
	handler = func(c *ctx, ev statem.Event) (string, error)
)

var errBoom = errors.New("boom")

// see notes an event with the state that it was handled in.
func see(c *ctx, ev statem.Event) {
	what := fmt.Sprint(ev.Content)
	if ev.Kind == statem.Timeout {
		what = ev.Timer.String() + " " + what
	}
	c.Data = append(c.Data, c.State()+": "+what)
}

// noting returns a state whose events are noted before handle gets them. One of
// content "log" is answered with the list instead.
func noting(handle handler) state {
	return state{Handle: func(c *ctx, ev statem.Event) (string, error) {
		if ev.Content == "log" {
			c.Reply(ev.From, c.Data)
			return c.State(), nil
		}
		see(c, ev)
		return handle(c, ev)
	}}
}

// entering adds an Enter that is noted to a state.
func entering(s state, enter func(c *ctx, from string) error) state {
	s.Enter = func(c *ctx, from string) error {
		c.Data = append(c.Data, c.State()+": enter from "+from)
		if enter == nil {
			return nil
		}
		return enter(c, from)
	}
	return s
}

// does returns a handler that does what is said for the content of an event that is
// no timeout, and stays in its state if nothing is.
func does(cases map[any]handler) handler {
	return func(c *ctx, ev statem.Event) (string, error) {
		if do := cases[ev.Content]; do != nil && ev.Kind != statem.Timeout {
			return do(c, ev)
		}
		return c.State(), nil
	}
}

// stay does something and stays in its state, to goes to another one.
func stay(do func(c *ctx)) handler {
	return func(c *ctx, _ statem.Event) (string, error) {
		do(c)
		return c.State(), nil
	}
}

func to(next string) handler {
	return func(*ctx, statem.Event) (string, error) { return next, nil }
}

// idle is a machine of which nothing is asked.
var idle = machine{Default: noting(does(nil))}

// world is a process with a machine to play with, in a bubble of time.
type world struct {
	*testing.T
	ctx  *runtime.Context
	opts genserver.Options
	m    pid.PID
}

// play runs a test with each setting for hibernation: none makes a difference.
func play(t *testing.T, m machine, test func(w *world)) {
	settings := map[string]time.Duration{
		"sleeps by default": 0,
		"sleeps at once":    genserver.HibernateAtOnce,
		"never sleeps":      genserver.HibernateNever,
	}
	for name, after := range settings {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				inWorld(t, genserver.Options{HibernateAfter: after}, m, test)
			})
		})
	}
}

func inWorld(t *testing.T, opts genserver.Options, m machine, test func(w *world)) {
	rt := runtime.MustNew(runtime.Config{Logger: slog.New(slog.DiscardHandler)})
	defer func() { require.NoError(t, rt.Shutdown(context.Background())) }()
	require.NoError(t, rt.Run(context.Background(), func(ctx *runtime.Context) error {
		p, err := statem.Start(ctx, m, opts)
		require.NoError(t, err)
		test(&world{t, ctx, opts, p})
		return nil
	}))
}

// cast sends the machine events, one after the other.
func (w *world) cast(contents ...any) {
	w.Helper()
	for _, content := range contents {
		require.NoError(w, genserver.Cast(w.ctx, w.m, content))
	}
}

// log returns what the machine has noted.
func (w *world) log() []string {
	w.Helper()
	synctest.Wait()
	got, err := genserver.CallAs[[]string](w.ctx, w.m, "log")
	require.NoError(w, err)
	return got
}

// pass lets virtual time pass: nothing else says that it is over. It is for
// synctest bubbles only.
func pass(d time.Duration) { <-time.After(d) }
