package dist

// pair is a process of this node and one of the peer's, by their numbers.
type pair struct {
	local, remote uint64
}

// links are the links between processes of this node and of the peer. A link has no
// identity but the two processes and the unlinks of ours that the peer has yet to
// acknowledge; that suffices, because a connection keeps order:
//
//   - A link from the peer that comes while our unlink is outstanding was sent before
//     that arrived, and its sender's side has been taken away since: it is ignored.
//   - An unlink that comes then changes nothing, but is acknowledged as every one is.
//   - An exit that comes then has no effect: the link is over for us.
//   - After a new link of ours, what comes is about that one, as for the peer: what
//     the peer says before it has got our new link ends it when that arrives there.
type links struct {
	of map[pair]link // nil if there are none
}

// link is one entry.
type link struct {
	linked  bool
	unlinks int // of ours that are not acknowledged
}

func (l *links) set(p pair, e link) {
	if e != (link{}) {
		put(&l.of, p, e)
	} else {
		remove(&l.of, p)
	}
}

// begin notes that we link.
func (l *links) begin(p pair) {
	e := l.of[p]
	e.linked = true
	l.set(p, e)
}

// unlink notes that we unlink, and reports whether there was a link.
func (l *links) unlink(p pair) bool {
	e := l.of[p]
	if !e.linked {
		return false
	}
	l.set(p, link{unlinks: e.unlinks + 1})
	return true
}

// linkIn notes that the peer links, and reports whether that begins a link.
func (l *links) linkIn(p pair) bool {
	if e := l.of[p]; e.linked || e.unlinks > 0 {
		return false
	}
	l.set(p, link{linked: true})
	return true
}

// unlinkIn notes that the peer unlinks, and reports whether that ends a link.
func (l *links) unlinkIn(p pair) bool {
	e := l.of[p]
	l.set(p, link{unlinks: e.unlinks})
	return e.linked
}

// exit notes the end of one of the two processes, after which neither links again, and
// reports whether that ends a link.
func (l *links) exit(p pair) bool {
	e, _ := remove(&l.of, p)
	return e.linked
}

// acknowledged notes that the peer has got the oldest of our unlinks.
func (l *links) acknowledged(p pair) {
	e := l.of[p]
	e.unlinks = max(0, e.unlinks-1)
	l.set(p, e)
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
