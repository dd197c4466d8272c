package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/examples/internal/golden"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

var update = flag.Bool("update", false, "write testdata/capture.tap and output.txt anew, by what two nodes say")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const captureFile = "testdata/capture.tap"

func TestOutput(t *testing.T) {
	if *update {
		capture := sayAll(t)
		require.NoError(t, os.WriteFile(captureFile, capture, 0o644))
		var out bytes.Buffer
		require.NoError(t, printCapture(bytes.NewReader(capture), &out))
		require.NoError(t, os.WriteFile("output.txt", out.Bytes(), 0o644))
	}
	golden.Check(t, func(w io.Writer) error { return run(t.Context(), []string{captureFile}, w) })
}

// Two nodes of today say what those have said that were recorded.
func TestCapture_IsWhatNodesWrite(t *testing.T) {
	old, err := os.ReadFile(captureFile)
	require.NoError(t, err)
	for _, s := range []side{dialler, acceptor} {
		require.Equal(t, essence(t, old, s), essence(t, sayAll(t), s))
	}
}

// essence returns what one side of a capture says, without what differs each time: pings,
// nonces, proofs, and the numbers of processes and references, which it counts.
func essence(t *testing.T, capture []byte, s side) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, printCapture(bytes.NewReader(capture), &out))
	node := map[side]string{dialler: `"shop@`, acceptor: `"bank@`}[s]
	numbers, count := map[string]string{}, 0
	var lines []string
	for line := range strings.Lines(out.String()) {
		var e entry
		require.NoError(t, json.Unmarshal([]byte(line), &e))
		switch e.Frame {
		case "ping", "pong":
			continue
		case "hello", "challenge", "proof", "welcome":
			line = e.Node + " " + e.Frame + " " + strconv.Itoa(len(e.Fields)) + " fields\n"
		}
		line = regexp.MustCompile(`(<|#Ref<)[^<>]*>`).ReplaceAllStringFunc(line, func(id string) string {
			if numbers[id] == "" {
				count++
				numbers[id] = "#" + strconv.Itoa(count)
			}
			return numbers[id]
		})
		if strings.Contains(line, node) || strings.HasPrefix(line, node[1:]) {
			lines = append(lines, line)
		}
	}
	require.NotEmpty(t, lines)
	return strings.Join(lines, "")
}

func TestPrintCapture_RefusesWhatIsNoCapture(t *testing.T) {
	for name, b := range map[string][]byte{
		"half a head":     {0, 0},
		"unknown side":    {7, 0, 0, 0, 0},
		"cut":             {0, 0, 0, 0, 9, 1},
		"huge frame":      {0, 0, 0, 0, 4, 255, 255, 255, 255},
		"no array":        {0, 0, 0, 0, 5, 0, 0, 0, 1, 17},
		"hello of nobody": {0, 0, 0, 0, 6, 0, 0, 0, 2, 0x91, 1},
	} {
		require.Error(t, printCapture(bytes.NewReader(b), io.Discard), name)
	}
}

func FuzzPrintCapture(f *testing.F) {
	capture, err := os.ReadFile(captureFile)
	require.NoError(f, err)
	f.Add(capture)
	f.Fuzz(func(t *testing.T, b []byte) {
		var out bytes.Buffer
		_ = printCapture(bytes.NewReader(b), &out)
		for line := range strings.Lines(out.String()) {
			require.True(t, json.Valid([]byte(line)), line)
		}
	})
}

// sayAll returns what two nodes say to each other over a connection on which each kind of
// signal goes.
func sayAll(t *testing.T) []byte {
	bank := start(t, "bank@tap", "127.0.0.1:0", nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	shop := start(t, "shop@tap", "", remote.StaticResolver{"bank@tap": l.Addr().String()})
	var capture bytes.Buffer
	recorded := make(chan error, 1)
	go func() { recorded <- record(t.Context(), l, bank.Addr().String(), &capture) }() // ended by the connection
	clerk := hire(t, bank)
	require.NoError(t, shop.Runtime().Run(t.Context(), func(ctx *runtime.Context) error { return business(t, ctx, clerk) }))
	_, err = shop.Disconnect(t.Context(), "bank@tap")
	require.NoError(t, err)
	require.NoError(t, <-recorded)
	return capture.Bytes()
}

func start(t *testing.T, name, listen string, r remote.Resolver) *remote.Node {
	t.Helper()
	rt, err := runtime.New(runtime.Config{Name: name})
	require.NoError(t, err)
	n, err := remote.Start(rt, remote.Config{Listen: listen, Cookie: "a cookie", Resolver: r, HeartbeatInterval: time.Minute})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, n.Close(context.Background()))
		require.NoError(t, rt.Shutdown(context.Background()))
	})
	return n
}

// hire starts the process that answers, under the name clerk.
func hire(t *testing.T, bank *remote.Node) pid.PID {
	t.Helper()
	clerk, err := bank.Runtime().Spawn(func(ctx *runtime.Context) error {
		if err := ctx.Register("clerk"); err != nil {
			return err
		}
		for {
			m, err := ctx.Recv()
			if err != nil {
				return err
			}
			if from, ok := m.From(); ok {
				err = ctx.Reply(from, []any{"done", m.Value()})
			} else if s, ok := m.Value().(string); ok && s == "close" {
				return signal.Error("the till is empty")
			}
			if err != nil {
				return err
			}
		}
	})
	require.NoError(t, err)
	require.Eventually(t, func() bool { _, ok := bank.Runtime().Whereis("clerk"); return ok }, time.Minute, time.Millisecond)
	return clerk
}

// business sends each kind of signal that processes send.
func business(t *testing.T, ctx *runtime.Context, clerk pid.PID) error {
	name := pid.Name{Name: "clerk", Node: "bank@tap"}
	ask := func(v any) { // when the reply has come, the clerk has got all that was sent before
		_, err := runtime.CallTimeout[[]any](ctx, clerk, v, time.Minute)
		require.NoError(t, err)
	}
	require.NoError(t, ctx.SendNamed(name, map[string]any{"deposit": 100}))
	require.NoError(t, ctx.SendRaw(clerk, []byte{1, 2, 3}))
	require.NoError(t, ctx.Send(clerk, strings.Repeat("a long message ", 10_000)))
	ask(42)
	ref := ctx.Monitor(clerk)
	ctx.Demonitor(ref)
	require.NoError(t, ctx.Link(clerk))
	ctx.Unlink(clerk)
	require.NoError(t, ctx.Link(clerk))
	ask("linked again")
	ctx.SetTrapExit(true)
	ctx.MonitorNamed(name)
	require.NoError(t, ctx.Exit(clerk, signal.Normal))
	require.NoError(t, ctx.Send(clerk, "close"))
	for range 2 { // the exit and the down
		if _, err := ctx.Recv(); err != nil {
			return err
		}
	}
	return nil
}
