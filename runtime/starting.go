package runtime

import (
	"context"

	"github.com/starlang-go/starlang/pid"
)

// starting is a process that has yet to tell its starter that it is ready. What its end
// sends meanwhile, by a link or a monitor of [Context.SpawnAck], is held back: it comes
// once the start has succeeded, and never if it has not. So SpawnAck takes nothing out
// of the mailbox, and helpers may call it. All is guarded by the starter's mu.
type starting struct {
	ctx  context.Context // bounds the start; it is as long
	next *starting
	pid  pid.PID
	ref  pid.Ref // of the monitor, zero if there is none
	held []Message
}

// beginStartLocked notes that p starts s.
func (p *process) beginStartLocked(s *starting) {
	r := p.rareLocked()
	s.next, r.starting = r.starting, s
}

// holdLocked reports whether m, which is of from's end or of the monitor ref, is held
// back.
func (p *process) holdLocked(from pid.PID, ref pid.Ref, m Message) bool {
	for s := p.rec.rareOf().starting; s != nil; s = s.next {
		if s.pid == from || !ref.IsZero() && s.ref == ref {
			s.held = append(s.held, m)
			return true
		}
	}
	return false
}

// endStart delivers what was held back of s, or drops it.
func (p *process) endStart(s *starting, ready bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rec == nil || p.rec.rare == nil {
		return // p has died meanwhile
	}
	for at := &p.rec.rare.starting; *at != nil; at = &(*at).next {
		if *at == s {
			*at = s.next
			break
		}
	}
	if !ready {
		return
	}
	for _, m := range s.held {
		_ = p.box.TrySend(m) // exempt from bounds; closed only if not Running
	}
}
