package remote

import (
	"context"
	"math/rand/v2"
	"net"
	"slices"
	"sync"

	"github.com/starlang-go/starlang/remote/internal/conn"
)

// pendingHandshakes are the connections that have been accepted and not yet admitted.
type pendingHandshakes struct {
	mu     sync.Mutex
	all    []*pendingHandshake // guarded by mu
	closed bool                // guarded by mu
}

// pendingHandshake is one of them.
type pendingHandshake struct {
	stream *conn.Stream
	cancel context.CancelFunc // ends waits for code of the program
	source string             // the host, or its network
	spoken bool               // guarded by the mu of all; it has sent a good hello
	asking bool               // guarded by the mu of all; VerifyName is asked about it
}

// add enters a connection, and closes one if there are more than limit then: one about which
// VerifyName has not answered, if there are many; else at random
// among those that have said nothing yet, of the source that has most of these; if all
// have spoken, of the source that has most. So a host that makes many connections and
// says nothing keeps nobody out. It returns nil after closeAll.
func (p *pendingHandshakes) add(s *conn.Stream, cancel context.CancelFunc, limit int) *pendingHandshake {
	place := &pendingHandshake{stream: s, cancel: cancel, source: sourceOf(s)}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil
	}
	p.all = append(p.all, place)
	if len(p.all) > limit {
		i := p.victimLocked()
		p.all[i].end()
		p.all = slices.Delete(p.all, i, i+1)
	}
	return place
}

func (h *pendingHandshake) end() {
	h.cancel()
	_ = h.stream.Close()
}

// victimLocked returns the index of the one to be closed.
func (p *pendingHandshakes) victimLocked() int {
	if i := p.askingLocked(); i >= 0 {
		return i
	}
	count := make(map[string]int)
	for _, h := range p.all {
		if !h.spoken {
			count[h.source]++
		}
	}
	spoken := len(count) == 0
	for _, h := range p.all {
		if spoken {
			count[h.source]++
		}
	}
	victim, most, seen := 0, 0, 0
	for i, h := range p.all {
		if h.spoken != spoken || count[h.source] < most {
			continue
		}
		if count[h.source] > most {
			most, seen = count[h.source], 0
		}
		if seen++; rand.N(seen) == 0 { // each of those seen is as likely
			victim = i
		}
	}
	return victim
}

// askingLocked returns the index of the one that has come first of those that wait for
// VerifyName, if more than half do, else -1: where that hangs it takes no place from others,
// and where it is slow no others from these.
func (p *pendingHandshakes) askingLocked() int {
	first, count := -1, 0
	for i, h := range slices.Backward(p.all) {
		if h.asking {
			first = i
			count++
		}
	}
	if 2*count <= len(p.all) {
		return -1
	}
	return first
}

// ask takes note that VerifyName is asked about one.
func (p *pendingHandshakes) ask(place *pendingHandshake) {
	p.mu.Lock()
	defer p.mu.Unlock()
	place.asking = true
}

// spoke takes note of a good hello.
func (p *pendingHandshakes) spoke(place *pendingHandshake) {
	p.mu.Lock()
	defer p.mu.Unlock()
	place.spoken = true
}

func (p *pendingHandshakes) remove(place *pendingHandshake) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.all, place); i >= 0 {
		p.all = slices.Delete(p.all, i, i+1)
	}
}

func (p *pendingHandshakes) closeAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, h := range p.all {
		h.end()
	}
}

// sourceOf returns what connections of one source have in common: the address, or the
// network of one customer if it is IPv6.
func sourceOf(s *conn.Stream) (source string) {
	defer func() { _ = recover() }() // an address of the program
	addr := s.RemoteAddr()
	if tcp, ok := addr.(*net.TCPAddr); ok {
		if tcp.IP.To4() == nil {
			return tcp.IP.Mask(net.CIDRMask(64, 128)).String()
		}
		return tcp.IP.String()
	}
	return addr.String()
}
