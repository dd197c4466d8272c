package mailbox

// Peek returns the oldest messages, at most n, and leaves them where they are: for those
// who look at a mailbox from outside, and keep nothing of what they see. While it copies,
// senders and the receiver wait. whole is false if the receiver is looking through its
// messages at this moment: then those that it has come to already are left out.
func (m *Mailbox[T]) Peek(n int) (oldest []T, whole bool) {
	p := peek[T]{left: n}
	m.mu.Lock()
	defer m.mu.Unlock()
	switch b := m.bound(); {
	case b != nil:
		for _, l := range []*lanes[T]{&b.refused, &b.queued} {
			p.numbered(l)
		}
		return p.seen, true
	case m.turn.begin():
		defer m.turn.end(0) // while mu is held: see beginAfterPeek
		whole = true
	case m.parker.isParked(): // the receiver needs mu before it goes on with out
		whole = true
	}
	if whole {
		p.chunks(m.out)
	}
	p.chunks(m.in.first)
	return p.seen, whole
}

// beginAfterPeek is turn.begin for one that has found the turn taken: it may have been by
// Peek, which holds mu all the time.
func (m *Mailbox[T]) beginAfterPeek() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.turn.begin()
}

// peek collects messages until there are enough.
type peek[T any] struct {
	seen []T
	left int
}

func (p *peek[T]) chunks(c *chunk[T]) {
	for ; c != nil && p.left > 0; c = c.next {
		items := c.items[c.first:c.end]
		items = items[:min(len(items), p.left)]
		p.seen = append(p.seen, items...)
		p.left -= len(items)
	}
}

// numbered goes through two lanes in the order of arrival.
func (p *peek[T]) numbered(l *lanes[T]) {
	var at [len(l)]cursor[numbered[T]]
	for lane := range l {
		at[lane].c = l[lane].first
	}
	for ; p.left > 0; p.left-- {
		a, b := at[counted].head(), at[exempt].head()
		switch {
		case a == nil && b == nil:
			return
		case b == nil || a != nil && a.number < b.number:
			p.seen = append(p.seen, a.message)
			at[counted].i++
		default:
			p.seen = append(p.seen, b.message)
			at[exempt].i++
		}
	}
}

// cursor is a place in a queue.
type cursor[T any] struct {
	c *chunk[T]
	i uint16 // behind c.first
}

// head returns the message at the cursor, nil at the end.
func (c *cursor[T]) head() *T {
	for c.c != nil && c.c.first+c.i >= c.c.end {
		c.c, c.i = c.c.next, 0
	}
	if c.c == nil {
		return nil
	}
	return &c.c.items[c.c.first+c.i]
}
