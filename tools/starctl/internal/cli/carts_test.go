package cli_test

import (
	"bufio"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime/inspect"
)

// cartNode is the repository's example of carts, as one node of a cluster of it.
type cartNode struct {
	name string
	run  *exec.Cmd
}

func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

func buildCarts(t *testing.T) (program string) {
	t.Helper()
	program = filepath.Join(t.TempDir(), "cart")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./cart")
	build.Dir = filepath.Join("..", "..", "..", "..", "examples", "cluster")
	build.Env = append(os.Environ(), "GOWORK=off")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return program
}

func startCarts(t *testing.T, program, etcd, db, name string) cartNode {
	t.Helper()
	at := free(t)
	run := exec.Command(program, "-etcd", etcd, "-db", db, "-name", name, "-observe", at)
	said, err := run.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, run.Start())
	t.Cleanup(func() {
		_ = run.Process.Signal(os.Interrupt) // it may have ended
		_ = run.Wait()                       // how is not our matter
	})
	lines := bufio.NewScanner(said)
	for lines.Scan() && !strings.Contains(lines.Text(), "is a member") {
	}
	require.NoError(t, lines.Err())
	return cartNode{name + "@" + at, run}
}

// ask asks a node and decodes what it says.
func (n cartNode) ask(t *testing.T, v any, args ...string) {
	t.Helper()
	code, out, errOut := starctl(t, append([]string{"-n", n.name, "-o", "json", "--timeout", "1m", "cluster"}, args...)...)
	require.Zero(t, code, errOut)
	require.NoError(t, json.Unmarshal([]byte(out), v), out)
}

// parts returns who has how many shards, as a node says.
func (n cartNode) parts(t *testing.T) map[string]int {
	t.Helper()
	var list inspect.ShardList
	n.ask(t, &list, "shards", "cart")
	parts := make(map[string]int)
	for _, p := range list.Parts {
		parts[p.Node] = p.Shards
	}
	return parts
}

func TestCarts_AreSeenAndDrained(t *testing.T) {
	program, etcd, db := buildCarts(t), free(t), filepath.Join(t.TempDir(), "carts.db")
	ann := startCarts(t, program, etcd, db, "ann")
	bob := startCarts(t, program, etcd, db, "bob")
	require.Eventually(t, func() bool {
		parts := ann.parts(t)
		return parts[ann.name]+parts[bob.name] == 32 && parts[bob.name] >= 15
	}, time.Minute, 100*time.Millisecond)

	ann.ask(t, new(inspect.Done), "drain")
	require.Eventually(t, func() bool { return bob.parts(t)[bob.name] == 32 }, time.Minute, 100*time.Millisecond)
	var members inspect.MemberList
	bob.ask(t, &members, "members")
	require.Equal(t, 2, members.Total, "one that is drained is a member still")
	require.True(t, members.Members[0].Leaving)
	require.False(t, members.Members[1].Leaving)

	require.NoError(t, ann.run.Process.Signal(os.Interrupt))
	require.Eventually(t, func() bool {
		bob.ask(t, &members, "members")
		return members.Total == 1
	}, time.Minute, 100*time.Millisecond)
}
