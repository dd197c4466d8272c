package etcdtest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
)

// waitLimit bounds what a server takes to start: only a test that fails waits for it.
const waitLimit = 30 * time.Second

// Servers is a cluster of etcd servers that ends with its test. One goroutine uses it.
type Servers struct {
	t    testing.TB
	each []*server
}

// server is one member.
type server struct {
	name, dir    string
	client, peer string // URLs
	args, within []string
	process      *exec.Cmd
}

// Host is where a member runs. The zero Host is this machine, with free ports of the loopback
// interface.
type Host struct {
	// Address is that of another network, in which the usual ports are free.
	Address string
	// Within is a command that runs the program there, as ip netns exec does.
	Within []string
}

// urls returns where a member of the host serves.
func (h Host) urls(t testing.TB) (client, peer string) {
	if h.Address == "" {
		return freeURL(t), freeURL(t)
	}
	return "http://" + h.Address + ":2379", "http://" + h.Address + ":2380"
}

// Start starts n members and waits until each of them serves.
func Start(t testing.TB, n int) *Servers {
	t.Helper()
	return StartAt(t, make([]Host, n)...)
}

// StartAt is [Start] of a member on each host.
func StartAt(t testing.TB, hosts ...Host) *Servers {
	t.Helper()
	s := &Servers{t: t}
	dir := t.TempDir()
	var initial []string
	for i, h := range hosts {
		m := &server{name: fmt.Sprint("m", i), within: h.Within}
		m.client, m.peer = h.urls(t)
		m.dir = filepath.Join(dir, m.name)
		s.each = append(s.each, m)
		initial = append(initial, m.name+"="+m.peer)
	}
	for i, m := range s.each {
		m.args = []string{
			"--name", m.name, "--data-dir", m.dir,
			"--listen-client-urls", m.client, "--advertise-client-urls", m.client,
			"--listen-peer-urls", m.peer, "--initial-advertise-peer-urls", m.peer,
			"--initial-cluster", strings.Join(initial, ","), "--initial-cluster-token", dir,
			"--heartbeat-interval", "100", "--election-timeout", "1000",
			"--log-level", "error", "--unsafe-no-fsync",
		}
		s.run(i)
	}
	t.Cleanup(s.stop)
	for i := range s.each {
		s.await(i)
	}
	return s
}

// program returns the path of etcd.
func program(t testing.TB) string {
	if path := os.Getenv("ETCD"); path != "" {
		return path
	}
	path, err := exec.LookPath("etcd")
	if err != nil {
		t.Fatalf("etcdtest: there is no etcd: install etcd-server, or set ETCD to the program (%v)", err)
	}
	return path
}

// freeURL returns a URL on a port of the loopback interface that is free now.
func freeURL(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String()
}

// run starts the process of a member. etcd 3.4 does not know --unsafe-no-fsync.
func (s *Servers) run(i int) {
	s.t.Helper()
	m := s.each[i]
	path := program(s.t)
	args := m.args
	if help, _ := exec.Command(path, "--help").CombinedOutput(); !strings.Contains(string(help), "unsafe-no-fsync") {
		args = args[:len(args)-1]
	}
	all := slices.Concat(m.within, []string{path}, args)
	m.process = exec.Command(all[0], all[1:]...)
	m.process.Stderr = os.Stderr
	m.process.Env = append(os.Environ(), "ETCD_LOGGER=zap")
	m.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // also if the test is killed
	if err := m.process.Start(); err != nil {
		s.t.Fatal(err)
	}
}

// await waits until a member serves.
func (s *Servers) await(i int) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), waitLimit)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.each[i].client+"/health", nil)
		if err != nil {
			s.t.Fatal(err)
		}
		r, err := http.DefaultClient.Do(req)
		if err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			s.t.Fatalf("etcdtest: member %d does not serve: %v", i, err)
		}
	}
}

func (s *Servers) stop() {
	for i := range s.each {
		s.Kill(i)
	}
	http.DefaultClient.CloseIdleConnections()
}

// Len returns how many members there are.
func (s *Servers) Len() int { return len(s.each) }

// Endpoints returns the URLs of all members.
func (s *Servers) Endpoints() (urls []string) {
	for _, m := range s.each {
		urls = append(urls, m.client)
	}
	return urls
}

// Kill ends a member at once, also one that is frozen.
func (s *Servers) Kill(i int) {
	m := s.each[i]
	if m.process == nil {
		return
	}
	_ = m.process.Process.Kill()
	_ = m.process.Wait()
	m.process = nil
}

// Restart starts a member again that was killed, with what it has on disk.
func (s *Servers) Restart(i int) {
	s.t.Helper()
	s.Kill(i)
	s.run(i)
}

// Await waits until a member serves.
func (s *Servers) Await(i int) {
	s.t.Helper()
	s.await(i)
}

// Freeze stops a member without ending it: its connections stay open and nothing answers.
func (s *Servers) Freeze(i int) { s.signal(i, syscall.SIGSTOP) }

// Thaw lets a frozen member go on.
func (s *Servers) Thaw(i int) { s.signal(i, syscall.SIGCONT) }

func (s *Servers) signal(i int, sig syscall.Signal) {
	s.t.Helper()
	if err := s.each[i].process.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

// Leader returns which member leads. It waits until one does.
func (s *Servers) Leader() int {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), waitLimit)
	defer cancel()
	for ctx.Err() == nil {
		for i, m := range s.each {
			if m.process != nil && m.leads(ctx) {
				return i
			}
		}
		<-time.After(20 * time.Millisecond)
	}
	s.t.Fatal("etcdtest: no member leads")
	return 0
}

// leads asks the member, which may hang.
func (m *server) leads(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	c, err := clientv3.New(clientv3.Config{Endpoints: []string{m.client}, Logger: zap.NewNop()})
	if err != nil {
		return false
	}
	defer c.Close()
	status, err := c.Status(ctx, m.client)
	return err == nil && status.Leader == status.Header.MemberId
}
