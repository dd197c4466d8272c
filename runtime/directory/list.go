package directory

import "iter"

// list is the entries of a key in the order of their coming. To add one, and to remove one
// whose place is known, costs the same however many there are.
type list struct {
	first, last *place
	n           int
}

// place is where an entry stands in its list.
type place struct {
	Entry
	prev, next *place
}

// add adds an entry as the last one.
func (l *list) add(e Entry) *place {
	p := &place{Entry: e, prev: l.last}
	if l.last == nil {
		l.first = p
	} else {
		l.last.next = p
	}
	l.last = p
	l.n++
	return p
}

// remove takes away an entry that is there.
func (l *list) remove(p *place) {
	if p.prev == nil {
		l.first = p.next
	} else {
		p.prev.next = p.next
	}
	if p.next == nil {
		l.last = p.prev
	} else {
		p.next.prev = p.prev
	}
	l.n--
}

// all yields the entries, the oldest first. The one that was yielded may be removed. A nil
// list has none.
func (l *list) all() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		if l == nil {
			return
		}
		for p := l.first; p != nil; {
			next := p.next
			if !yield(p.Entry) {
				return
			}
			p = next
		}
	}
}
