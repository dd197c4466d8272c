package cli_test

import (
	"bufio"
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/inspect"
)

// store is a program that knows nothing of this command: the repository's example of a
// store, whose processes are killed all the time.
type store struct{ node string }

func startStore(t *testing.T) store {
	t.Helper()
	program := filepath.Join(t.TempDir(), "kvstore")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./kvstore")
	build.Dir = filepath.Join("..", "..", "..", "..", "examples")
	build.Env = append(os.Environ(), "GOWORK=off")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())
	run := exec.Command(program, "-chaos", "-observe", address)
	said, err := run.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, run.Start())
	t.Cleanup(func() {
		require.NoError(t, run.Process.Signal(os.Interrupt))
		_ = run.Wait() // how it ends is not our matter
	})
	lines := bufio.NewScanner(said)
	for lines.Scan() && !strings.Contains(lines.Text(), "look at it") {
	}
	require.NoError(t, lines.Err())
	return store{"kvstore@" + address}
}

// join makes a member of the store's network, which sees what members see.
func (s store) join(t *testing.T) (*remote.Node, *inspect.Client) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	quiet := slog.New(slog.DiscardHandler)
	rt := runtime.MustNew(runtime.Config{Name: "member@" + l.Addr().String(), Logger: quiet})
	n, err := remote.Start(rt, remote.Config{Transport: listening{l: l}, Logger: quiet})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, n.Close(context.Background()))
		require.NoError(t, rt.Shutdown(context.Background()))
	})
	require.NoError(t, n.Connect(t.Context(), s.node))
	return n, inspect.NewClient(rt, pid.Name{Name: inspect.Name, Node: s.node})
}

// thirty are commands about a process that is there all the time.
func thirty(dir string) [][]string {
	return [][]string{
		{"top", "--once"}, {"top", "--once", "--by", "rate", "--window", "10ms"}, {"top", "--once", "--by", "growth", "--window", "10ms"},
		{"ps"}, {"ps", "store"}, {"ps", "--behaviour", "supervisor"}, {"roots"}, {"tree"}, {"tree", "store"}, {"tree", "--mermaid"},
		{"apps"}, {"info", "store"}, {"state", "store"}, {"mailbox", "store"}, {"stack", "store"}, {"stacks"}, {"waits"}, {"waits", "--cycles"},
		{"names"}, {"nodes"}, {"conns"}, {"zombies"}, {"runtime"}, {"alarms"}, {"events"}, {"crashes"},
		{"profile", "goroutine", "--by", "type"}, {"profile", "cpu", "--for", "100ms"},
		{"flight", "--for", "10ms", "--file", filepath.Join(dir, "flight.trace")}, {"trace", "--new", "--limit", "1"},
	}
}

func TestStore_IsSeenByThirtyCommandsAndNoticesNothing(t *testing.T) {
	s := startStore(t)
	member, c := s.join(t)
	before, err := c.Runtime(t.Context())
	require.NoError(t, err)
	commands := thirty(t.TempDir())
	require.Len(t, commands, 30)
	for _, args := range commands {
		code, out, errOut := starctl(t, append([]string{"-n", s.node, "-o", "json", "--timeout", "1m"}, args...)...)
		if args[0] != "alarms" || code != 5 {
			require.Zero(t, code, "%v: %s", args, errOut)
		}
		require.True(t, json.Valid([]byte(out)), "%v: %s", args, out)
	}
	events, err := c.Events(t.Context(), inspect.Events{Kinds: []inspect.EventKind{inspect.EventNodeUp, inspect.EventNodeDown}})
	require.NoError(t, err)
	require.Len(t, events.Events, 1, "that of the member: of tools nobody is told")
	require.Equal(t, member.Runtime().Node().Name(), events.Events[0].Name)
	nodes, err := c.Nodes(t.Context(), inspect.Nodes{})
	require.NoError(t, err)
	require.Equal(t, 1, nodes.Total)
	require.Equal(t, []string{s.node}, member.Nodes())
	// Thirty connections that had left one goroutine each would be seen, whatever chaos does.
	require.Eventually(t, func() bool {
		after, err := c.Runtime(t.Context())
		return err == nil && after.Goroutines <= before.Goroutines+15 && after.HeapBytes <= before.HeapBytes+16<<20
	}, time.Minute, 10*time.Millisecond)
}
