package faults_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"net"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// errStale tells that the sink has taken a write with a larger fence before.
var errStale = errors.New("write is stale")

// sinkClient is a member's way to the sink.
type sinkClient struct {
	address string

	mu   sync.Mutex
	conn net.Conn // guarded by mu
	in   *bufio.Reader
}

// write writes and waits for the answer.
func (c *sinkClient) write(w write) error {
	if c.address == "" {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == nil {
		conn, err := net.Dial("tcp", c.address)
		if err != nil {
			return err
		}
		c.conn, c.in = conn, bufio.NewReader(conn)
	}
	if err := json.NewEncoder(c.conn).Encode(w); err != nil {
		return err
	}
	answer, err := c.in.ReadString('\n')
	if err == nil && answer == "stale\n" {
		return errStale
	}
	return err
}

// sink is a store that compares fences, as every store must that is written to by what
// exists once.
type sink struct {
	listener net.Listener
	wg       sync.WaitGroup

	mu    sync.Mutex
	fence map[string]uint64     // guarded by mu; the largest, by key
	log   []write               // guarded by mu; what was taken, in order
	all   map[string][]write    // guarded by mu; by key, also what was stale
	stale int                   // guarded by mu
	conns map[net.Conn]struct{} // guarded by mu
}

func newSink(t *testing.T) *sink {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &sink{listener: l, fence: make(map[string]uint64), all: make(map[string][]write), conns: make(map[net.Conn]struct{})}
	s.wg.Go(s.accept) // ended by close
	t.Cleanup(s.close)
	return s
}

func (s *sink) close() {
	s.listener.Close()
	s.mu.Lock()
	for c := range s.conns {
		c.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
}

func (s *sink) accept() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns[c] = struct{}{}
		s.mu.Unlock()
		s.wg.Go(func() { s.serve(c) }) // ends with the connection
	}
}

func (s *sink) serve(c net.Conn) {
	defer c.Close()
	lines := bufio.NewScanner(c)
	for lines.Scan() {
		var w write
		if json.Unmarshal(lines.Bytes(), &w) != nil {
			return
		}
		answer := "stale\n"
		if s.take(w) {
			answer = "taken\n"
		}
		if _, err := c.Write([]byte(answer)); err != nil {
			return
		}
	}
}

// take takes a write unless one with a larger fence was taken before.
func (s *sink) take(w write) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[w.Key] = append(s.all[w.Key], w)
	if w.Fence < s.fence[w.Key] {
		s.stale++
		return false
	}
	s.fence[w.Key] = w.Fence
	s.log = append(s.log, w)
	return true
}

// verdict is what the sink's log says.
type verdict struct {
	Writes, Refused          int
	StaleTaken, DoubleOwners int
	OutOfOrder               int // numbers of one caller that an entity handled twice, or not in order
	Owners                   int // different claims
}

// judge reads the log again, from its beginning.
func (s *sink) judge(t *testing.T) (v verdict) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v.Refused = s.stale
	largest := make(map[string]uint64)
	taken := make(map[string][]write)
	for _, w := range s.log {
		v.Writes++
		if w.Fence < largest[w.Key] {
			v.StaleTaken++
			t.Logf("stale, and taken: %+v after %d", w, largest[w.Key])
		}
		largest[w.Key] = max(w.Fence, largest[w.Key])
		taken[w.Key] = append(taken[w.Key], w)
	}
	for _, all := range s.all {
		v.judgeOwners(t, all)
	}
	for _, all := range taken {
		v.judgeOrder(t, all)
	}
	return v
}

// judgeOwners looks for two owners of a key. The gate of a fence was open at Began; so it
// had been since the claim. If a larger fence was in use before, two gates were open.
func (v *verdict) judgeOwners(t *testing.T, all []write) {
	all = slices.DeleteFunc(slices.Clone(all), func(w write) bool { return !w.Open })
	slices.SortStableFunc(all, func(a, b write) int { return int(a.Began - b.Began) })
	var before write
	owners := make(map[uint64]string)
	for _, w := range all {
		if node, ok := owners[w.Fence]; w.Fence < before.Fence || ok && node != w.Node {
			v.DoubleOwners++
			t.Logf("two owners: %+v after %+v", w, before)
		}
		owners[w.Fence] = w.Node
		if w.Fence > before.Fence {
			before = w
		}
	}
	v.Owners += len(owners)
}

// judgeOrder looks at the numbers of each caller.
func (v *verdict) judgeOrder(t *testing.T, taken []write) {
	slices.SortStableFunc(taken, func(a, b write) int { return int(a.Began - b.Began) })
	last := make(map[string]write)
	for _, w := range taken {
		if before, ok := last[w.From]; w.From != "" && ok && w.N <= before.N {
			v.OutOfOrder++
			t.Logf("out of order: %+v after %+v", w, before)
		}
		last[w.From] = w
	}
}
