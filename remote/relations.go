package remote

import (
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/internal/wire"
)

// relations are the links, monitors and calls that cross a connection. They are what is
// ended when the connection is lost; so each is in here from the moment its frame
// is queued or read until the frame that ends it is.
//
// All maps are made with their first entry.
type relations struct {
	links    map[pair]struct{}
	unlinked map[pair]int     // unlinks on their way: see noteOutgoing
	watching map[uint64]watch // monitors and calls of our processes, by our ref
	watched  map[uint64]pair  // monitors and calls of the peer's processes, by its ref
	over     bool             // the connection is lost, and all this was taken to be ended
}

// pair is a process of this node and one of the peer's.
type pair struct {
	local, remote uint64
}

// watch is a monitor or call of a process of this node.
type watch struct {
	local  uint64
	remote wire.To
}

func (r *relations) len() int { return len(r.links) + len(r.watching) + len(r.watched) }

// take returns all relations, and leaves none for good.
func (r *relations) take() relations {
	all := *r
	*r = relations{over: true}
	return all
}

func put[K comparable, V any](m *map[K]V, k K, v V) {
	if *m == nil {
		*m = make(map[K]V)
	}
	(*m)[k] = v
}

// remove takes k out of m, gives the memory of an empty map back, and returns what
// was there.
func remove[K comparable, V any](m *map[K]V, k K) (v V, ok bool) {
	v, ok = (*m)[k]
	if !ok {
		return v, false
	}
	delete(*m, k)
	if len(*m) == 0 {
		*m = nil
	}
	return v, true
}

func (r *relations) watch(ref uint64, w watch) { put(&r.watching, ref, w) }

// noteOutgoing takes note of a signal to the peer, and reports whether it is to be
// sent: one that ends what has ended already is not.
//
// An unlink is on its way until it is acknowledged. A link frame that comes before
// that was sent before the unlink arrived, and its sender's side has been taken away
// by the unlink since: it must not set ours up.
func (r *relations) noteOutgoing(env signal.Envelope, to wire.To) (send bool) {
	between := pair{env.From.ID(), to.ID}
	ref := env.Ref.Raw()
	switch env.Kind {
	case signal.Link:
		put(&r.links, between, struct{}{})
		return true
	case signal.Unlink:
		if _, ok := remove(&r.links, between); !ok {
			return false
		}
		put(&r.unlinked, between, r.unlinked[between]+1)
		return true
	case signal.LinkExit:
		_, ok := remove(&r.links, between)
		return ok
	case signal.Monitor:
		r.watch(ref, watch{env.From.ID(), to})
		return true
	case signal.Demonitor:
		_, ok := remove(&r.watching, ref)
		return ok
	case signal.DownSignal:
		_, ok := remove(&r.watched, ref)
		return ok
	default:
		return true
	}
}

// linkIn takes note of a link frame and reports whether it begins a link.
func (r *relations) linkIn(p pair) bool {
	if _, known := r.links[p]; known || r.unlinked[p] > 0 || r.over {
		return false
	}
	put(&r.links, p, struct{}{})
	return true
}

// linkEnded takes note of an unlink or link-exit frame and reports whether it ends
// the link. One that had to wait may, before the loss of the connection does.
func (r *relations) linkEnded(p pair) bool {
	_, known := remove(&r.links, p)
	return known || r.over
}

// unlinkAcked takes note of an unlink-ack.
func (r *relations) unlinkAcked(p pair) {
	if n := r.unlinked[p]; n > 1 {
		r.unlinked[p] = n - 1
		return
	}
	remove(&r.unlinked, p)
}

// watchIn takes note of a monitor or call of the peer's. It reports false if the ref
// is in use.
func (r *relations) watchIn(ref uint64, p pair) bool {
	if _, taken := r.watched[ref]; taken {
		return false
	}
	put(&r.watched, ref, p)
	return true
}
