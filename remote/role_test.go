package remote_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
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
	sizeVariable = "STARLANG_REMOTE_TEST_SIZE" // how many messages to send it
)

// roles are what the test binary can play: the bodies of processes, which have the
// role's name.
var roles = map[string]runtime.Body{
	"echo": echo,
	"sink": sink,
	"flood": func(ctx *runtime.Context) error {
		peer, _, _ := strings.Cut(os.Getenv(peerVariable), "=")
		count, err := strconv.ParseInt(os.Getenv(sizeVariable), 10, 64)
		if err != nil {
			return err
		}
		return flood(ctx, pid.Name{Name: "sink", Node: peer}, count)
	},
}

// playRole is the main function of a program of its own.
func playRole(role string) int {
	rt := runtime.MustNew(runtime.Config{Name: os.Getenv(nameVariable), Logger: quiet})
	n, err := remote.Start(rt, patient(remote.Config{
		Listen: "127.0.0.1:0", Logger: quiet, Resolver: peerResolver(), CloseTimeout: time.Second,
		MinBackoff: time.Millisecond, MaxBackoff: 20 * time.Millisecond,
	}))
	var p pid.PID
	if err == nil {
		p, err = rt.SpawnOpt(runtime.SpawnOptions{Name: role}, roles[role])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(n.Addr(), p)
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

// player is a program that plays a role.
type player struct {
	cmd   *exec.Cmd
	stdin io.Closer
	pid   pid.PID // of the role's process
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
	p := &player{cmd: cmd, stdin: stdin}
	t.Cleanup(p.leave)
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	addr, process, _ := strings.Cut(strings.TrimSpace(line), " ")
	b.enter(name, addr)
	p.pid, err = pid.ParsePID(process)
	require.NoError(t, err)
	return p
}

// leave ends the program in order and waits for it. It may be called again, and of a
// program that was stopped.
func (p *player) leave() {
	_ = p.resume()
	_ = p.stdin.Close()
	_ = p.cmd.Wait()
}

// kill ends the program at once and waits for it.
func (p *player) kill(t testing.TB) {
	t.Helper()
	require.NoError(t, p.cmd.Process.Kill())
	_ = p.cmd.Wait()
}
