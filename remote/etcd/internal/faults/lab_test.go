package faults_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// waitLimit bounds what must happen some time: only a test that fails waits for it.
const waitLimit = time.Minute

// journal is what all members have told, in the order in which it was read.
type journal struct {
	mu      sync.Mutex
	events  []event       // guarded by mu
	changed chan struct{} // guarded by mu; closed at each change
}

func newJournal() *journal { return &journal{changed: make(chan struct{})} }

func (j *journal) add(e event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.events = append(j.events, e)
	close(j.changed)
	j.changed = make(chan struct{})
}

// mark returns a place in the journal.
func (j *journal) mark() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.events)
}

// since returns what was told after a place, and a channel that is closed when there is more.
func (j *journal) since(mark int) ([]event, <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.events[mark:len(j.events):len(j.events)], j.changed
}

// await returns the first event after a place that is meant.
func (j *journal) await(t *testing.T, mark int, what string, meant func(event) bool) event {
	t.Helper()
	limit := time.After(waitLimit)
	for {
		events, changed := j.since(mark)
		for i, e := range events {
			if meant(e) {
				return e
			}
			if i == len(events)-1 {
				mark += len(events)
			}
		}
		select {
		case <-changed:
		case <-limit:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// kind means the events of a kind from a node, of any node if that is empty.
func kind(k, node string) func(event) bool {
	return func(e event) bool { return e.Kind == k && (node == "" || e.Node == node) }
}

// count returns how many events after a place are meant.
func (j *journal) count(mark int, meant func(event) bool) (n int) {
	events, _ := j.since(mark)
	for _, e := range events {
		if meant(e) {
			n++
		}
	}
	return n
}

// process is a member, as the test sees it.
type process struct {
	t       *testing.T
	plan    plan
	journal *journal
	cmd     *exec.Cmd
	in      io.WriteCloser
	ended   chan struct{} // closed when all that it told was read
}

// begin starts a member and does not wait for it. within is a command that runs it.
func begin(t *testing.T, j *journal, p plan, within ...string) *process {
	t.Helper()
	if p.Listen == "" {
		p.Listen = "127.0.0.1:0"
	}
	text, err := json.Marshal(p)
	require.NoError(t, err)
	args := append(within, os.Args[0])
	m := &process{t: t, plan: p, journal: j, cmd: exec.Command(args[0], args[1:]...), ended: make(chan struct{})}
	m.cmd.Env = append(os.Environ(), planVariable+"="+string(text))
	m.cmd.Stderr = os.Stderr
	m.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // also if the test is killed
	m.in, err = m.cmd.StdinPipe()
	require.NoError(t, err)
	out, err := m.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, m.cmd.Start())
	go m.read(out) // ends with the process; kill and leave wait for it
	t.Cleanup(m.kill)
	return m
}

// start starts a member and waits until it is one.
func start(t *testing.T, j *journal, p plan, within ...string) *process {
	t.Helper()
	mark := j.mark()
	m := begin(t, j, p, within...)
	m.awaitStart(mark)
	return m
}

func (m *process) awaitStart(mark int) {
	m.t.Helper()
	m.journal.await(m.t, mark, "start of "+m.plan.Node, kind("started", m.plan.Node))
}

func (m *process) read(out io.Reader) {
	defer close(m.ended)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			e = event{Node: m.plan.Node, Kind: "failed", Err: "said " + lines.Text()}
		}
		m.journal.add(e)
	}
}

// order tells the member to do something.
func (m *process) order(o order) {
	m.t.Helper()
	require.NoError(m.t, json.NewEncoder(m.in).Encode(o))
}

// kill ends the member as a crash does.
func (m *process) kill() {
	_ = m.cmd.Process.Kill() // it may have ended
	<-m.ended
	_ = m.cmd.Wait()
}

// signal stops the member or lets it go on.
func (m *process) signal(sig syscall.Signal) {
	m.t.Helper()
	require.NoError(m.t, m.cmd.Process.Signal(sig))
}

// leave makes the member leave in order, and waits until its process has ended.
func (m *process) leave() {
	m.t.Helper()
	m.order(order{Do: "leave"})
	<-m.ended
	require.NoError(m.t, m.cmd.Wait(), m.plan.Node)
}

// report ends the member's calls, and returns how they went.
func (m *process) report() event {
	m.t.Helper()
	mark := m.journal.mark()
	m.order(order{Do: "stop"})
	return m.journal.await(m.t, mark, "end of the calls of "+m.plan.Node, kind("report", m.plan.Node))
}

// failures returns the failed calls that were told after a place.
func (j *journal) failures(mark int) (texts []string) {
	events, _ := j.since(mark)
	for _, e := range events {
		if e.Kind == "failed" {
			texts = append(texts, fmt.Sprintf("%s: %s: %s after %v", e.Node, e.Key, e.Err, e.Last))
		}
	}
	return texts
}

// elapse lets time pass: it is what the test is about.
func elapse(d time.Duration) { <-time.After(d) }
