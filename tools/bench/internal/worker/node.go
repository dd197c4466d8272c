package worker

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// Body64 and Body1K are the strings that fill a remote message's number up to
// 64 bytes and to 1 KiB of payload.
var (
	Body64 = strings.Repeat("x", 64-8)
	Body1K = strings.Repeat("x", 1024-8)
)

// Node is the far side of a remote workload: this program again, in a second
// process.
type Node struct {
	// Addr is what the node said about where it listens.
	Addr string

	cmd   *exec.Cmd
	stdin io.WriteCloser
}

// StartNode starts "worker node args…" and waits until it says that it is
// ready. The node ends when Close is called or when this process is gone,
// since then its standard input is closed.
func StartNode(args ...string) (*Node, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	cmd := exec.Command(self, append([]string{"node"}, args...)...)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start node: %w", err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start node: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start node: %w", err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("node is not ready: %w", err)
	}
	return &Node{Addr: strings.TrimSpace(line), cmd: cmd, stdin: stdin}, nil
}

// Close ends the node and waits for it.
func (n *Node) Close() error {
	if err := n.stdin.Close(); err != nil {
		return err
	}
	return n.cmd.Wait()
}

// Serve is called by a node: it says that the node is ready at addr and
// returns when the process that started it wants it to end.
func Serve(addr string) error {
	fmt.Println(addr)
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// FreePort is a TCP port of the loopback interface that nobody listens on, for
// systems that must be told their port beforehand.
func FreePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

// NodeArgs reads the usual arguments of a node: how many receivers count, and
// after how many messages each reports.
func NodeArgs(args []string) (receivers, n int, err error) {
	if len(args) < 2 {
		return 0, 0, fmt.Errorf("node: want RECEIVERS N, got %q", args)
	}
	if receivers, err = strconv.Atoi(args[0]); err == nil {
		n, err = strconv.Atoi(args[1])
	}
	if err != nil {
		return 0, 0, fmt.Errorf("node: %w", err)
	}
	return receivers, n, nil
}
