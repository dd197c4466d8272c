package remote_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
)

// roleVariable makes the test binary play a role as a separate program, on the node
// that nameVariable names. It ends when its input does.
const (
	roleVariable = "STARLANG_REMOTE_TEST_ROLE"
	nameVariable = "STARLANG_REMOTE_TEST_NAME"
	peerVariable = "STARLANG_REMOTE_TEST_PEER" // name=address of a node to talk to
)

// roles are what the test binary can play.
var roles = map[string]func(*remote.Node) error{
	"echo": func(n *remote.Node) error { return spawnNamed(n, "echo", echo) },
	"sink": func(n *remote.Node) error { return spawnNamed(n, "sink", sink) },
	"flood": func(n *remote.Node) error {
		peer, _, _ := strings.Cut(os.Getenv(peerVariable), "=")
		return spawnNamed(n, "flood", flood(pid.Name{Name: "sink", Node: peer}))
	},
}

func spawnNamed(n *remote.Node, name string, body runtime.Body) error {
	_, err := n.Runtime().SpawnOpt(runtime.SpawnOptions{Name: name}, body)
	return err
}

// playRole is the main function of a program of its own.
func playRole(role string) int {
	rt := runtime.MustNew(runtime.Config{Name: os.Getenv(nameVariable), Logger: quiet})
	n, err := remote.Start(rt, remote.Config{
		Listen: "127.0.0.1:0", Logger: quiet, Resolver: peerResolver(),
		HeartbeatInterval: heartbeatOf(role), CloseTimeout: time.Second,
		MinBackoff: time.Millisecond, MaxBackoff: 20 * time.Millisecond,
	})
	if err == nil {
		err = roles[role](n)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(n.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
	ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
	defer cancel()
	if err := n.Close(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func peerResolver() remote.Resolver {
	name, addr, _ := strings.Cut(os.Getenv(peerVariable), "=")
	return remote.StaticResolver{name: addr}
}

// roleHeartbeat is the interval of programs that play a role, and of the nodes that
// watch them die.
const roleHeartbeat = 500 * time.Millisecond

// heartbeatOf returns the interval of a role. Those who send much are not to be
// taken for dead on a machine with much else to do.
func heartbeatOf(role string) time.Duration {
	if role == "flood" {
		return 20 * roleHeartbeat
	}
	return roleHeartbeat
}

// player is a program that plays a role.
type player struct {
	cmd   *exec.Cmd
	stdin io.Closer
}

// play starts a program that plays a role, and enters its address in the book.
func (b book) play(t testing.TB, role, name string, env ...string) *player {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleVariable+"="+role, nameVariable+"="+name)
	cmd.Env = append(cmd.Env, env...)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	p := &player{cmd, stdin}
	t.Cleanup(p.leave)
	addr, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	b[name] = strings.TrimSpace(addr)
	return p
}

// leave ends the program in order and waits for it. It may be called again.
func (p *player) leave() {
	_ = p.stdin.Close()
	_ = p.cmd.Wait()
}

// kill ends the program at once and waits for it.
func (p *player) kill(t testing.TB) {
	t.Helper()
	require.NoError(t, p.cmd.Process.Kill())
	_ = p.cmd.Wait()
}
