package callbacks_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	goruntime "runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/remotetest"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// limit is more than any wait of the library lasts that is not told otherwise.
const limit = time.Hour

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// world is two nodes that are connected, and a server on one of them that has nothing to
// do with the callback that goes wrong.
type world struct {
	*testing.T
	here, there *remote.Node
	bystander   pid.PID // on here
	release     chan struct{}
}

// rt returns the runtime on which callbacks go wrong.
func (w *world) rt() *runtime.Runtime { return w.here.Runtime() }

// inWorld runs a test in a bubble, where time costs nothing, and sees that all ends.
func inWorld(t *testing.T, change func(*runtime.Config), test func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, release: make(chan struct{})}
		net := remotetest.New(1)
		w.here, w.there = w.node(net, "here@test", change), w.node(net, "there@test", func(*runtime.Config) {})
		w.run(w.here, func(ctx *runtime.Context) (err error) {
			w.bystander, err = genserver.Start(ctx, genserver.Funcs{
				Call: func(_ *genserver.Context, _ genserver.From, req any) (any, error) { return req, nil },
			}, genserver.Options{})
			return err
		})
		require.NoError(t, w.there.Connect(t.Context(), "here@test"))
		defer w.stop(w.here)
		defer w.stop(w.there)
		defer close(w.release)
		test(w)
	})
}

func (w *world) node(net *remotetest.Network, name string, change func(*runtime.Config)) *remote.Node {
	cfg := runtime.Config{Name: name, Logger: quiet}
	change(&cfg)
	rc := net.Config(name)
	rc.Logger = quiet
	n, err := remote.Start(runtime.MustNew(cfg), rc)
	require.NoError(w, err)
	return n
}

func (w *world) stop(n *remote.Node) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	require.NoError(w, n.Close(ctx))
	require.NoError(w, n.Runtime().Shutdown(ctx))
}

// run runs a process of the test to its end, which must come.
func (w *world) run(n *remote.Node, body runtime.Body) {
	w.Helper()
	done := make(chan error, 1)
	_, err := n.Runtime().Spawn(func(ctx *runtime.Context) error {
		err := body(ctx)
		done <- err
		return err
	})
	require.NoError(w, err)
	select {
	case err = <-done:
		require.NoError(w, err)
	case <-time.After(limit):
		require.FailNow(w, "a process of the test hangs")
	}
}

// spawn starts a process in which a callback goes wrong.
func (w *world) spawn(body runtime.Body) pid.PID {
	p, err := w.rt().Spawn(body)
	require.NoError(w, err)
	return p
}

// requireUnharmed requires that the bystander answers over the connection that there was,
// that processes can be started, and that what there is can be looked at.
func (w *world) requireUnharmed() {
	w.Helper()
	require.Equal(w, []string{"here@test"}, w.there.Nodes(), "the connection was lost")
	for _, n := range []*remote.Node{w.there, w.here} {
		w.run(n, func(ctx *runtime.Context) error {
			got, err := genserver.CallAs[string](bounded(ctx), w.bystander, "hello")
			require.Equal(w, "hello", got)
			return err
		})
	}
	for s := range w.rt().Processes() {
		_ = fmt.Sprint(s)
	}
	_ = w.here.Stats()
}

// wrongs is what a callback may do instead of what it is asked for.
var wrongs = map[string]func(w *world){
	"panics":               func(*world) { panic("wrong") },
	"panics with an error": func(*world) { panic(errors.New("wrong")) },
	"panics with itself":   func(*world) { panic(evil{}) },
	"ends the goroutine":   func(*world) { goruntime.Goexit() },
	"hangs":                func(w *world) { <-w.release },
	"calls back": func(w *world) {
		_ = w.rt().Send(w.Context(), w.bystander, "from inside")
		_, _ = w.rt().Spawn(func(*runtime.Context) error { return nil })
		_, _ = w.rt().Info(w.bystander)
		for range w.rt().Processes() {
		}
		_ = w.here.Nodes()
	},
}

// evil is a value that harms whoever looks at it.
type evil struct{}

func (evil) Error() string                { panic("error text") }
func (evil) String() string               { panic("text") }
func (evil) GoString() string             { panic("Go text") }
func (evil) Format(fmt.State, rune)       { panic("format") }
func (evil) LogValue() slog.Value         { panic("log value") }
func (evil) MarshalText() ([]byte, error) { panic("marshal") }
