package mailbox

// numbered is a message of a bounded mailbox with its place in the order of
// arrival.
type numbered[T any] struct {
	number  uint64
	message T
	settled func(error) // of one beyond the bound, see Mailbox.Admit; nil: nobody wants to know
}

// The lanes of a bounded mailbox.
const (
	counted = iota // messages that count towards the capacity
	exempt         // messages that Config.Exempt lets in always
)

// lanes holds messages in two queues, so that the oldest one that counts is found
// at once, however many exempt ones were queued before it. The numbers tell in
// which order the two queues are to be received. The zero lanes are empty.
type lanes[T any] [2]queue[numbered[T]]

// oldest returns the lane of the oldest message and false if there is none.
func (l *lanes[T]) oldest() (lane int, ok bool) {
	switch {
	case l[exempt].empty():
		return counted, !l[counted].empty()
	case l[counted].empty() || l[exempt].head().number < l[counted].head().number:
		return exempt, true
	}
	return counted, true
}

func (l *lanes[T]) empty() bool { return l[counted].empty() && l[exempt].empty() }

// prepend puts all of older, which are older messages, before those of l.
func (l *lanes[T]) prepend(older *lanes[T]) {
	for lane := range l {
		l[lane].prepend(&older[lane])
	}
}

// settle tells those who want to know of messages beyond the bound that nobody may
// receive these any more.
func (l *lanes[T]) settle(err error) {
	l[exempt].each(func(m *numbered[T]) {
		if m.settled != nil {
			m.settled(err)
			m.settled = nil
		}
	})
}

func (l *lanes[T]) giveBack() {
	for lane := range l {
		l[lane].giveBack()
	}
}
