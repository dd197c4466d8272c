package runtime

import (
	"log/slog"
	"sync"
	"time"

	"github.com/starlang-go/starlang/runtime/internal/text"
)

const (
	burstSize   = 10          // so many equal reports are told of one by one
	burstWindow = time.Second // in this time; the others are counted
	maxBursts   = 256         // kinds of reports that are told apart
)

// bursts keeps a storm of equal reports from filling the log: those beyond burstSize in
// a burstWindow are told of together, when that is over.
type bursts struct {
	mu    sync.Mutex
	kinds map[burst]*burstCount // guarded by mu
	end   *time.Timer           // guarded by mu; runs while something is held back
}

// burst is what equal reports have in common.
type burst struct{ report, typ, reason string }

type burstCount struct {
	begun time.Time
	told  int
	held  int
}

// maxBurstKey bounds the reason by which reports are told apart.
const maxBurstKey = 256

// admit reports whether a report is to be made. If not, it will be part of a summary.
func (b *bursts) admit(rt *Runtime, report, typ, reason string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := b.countLocked(burst{report, typ, text.Cut(reason, maxBurstKey)})
	if n.told < burstSize {
		n.told++
		return true
	}
	n.held++
	if b.end == nil {
		b.end = time.AfterFunc(burstWindow, func() { b.flush(rt) }) // stopped by Shutdown
	}
	return false
}

// countLocked returns the count of a kind of report. Kinds beyond maxBursts share one.
func (b *bursts) countLocked(k burst) *burstCount {
	now := time.Now()
	n := b.kinds[k]
	if n != nil && (n.held > 0 || now.Sub(n.begun) < burstWindow) {
		return n
	}
	if n == nil && len(b.kinds) >= maxBursts {
		b.forgetLocked(now)
		if len(b.kinds) >= maxBursts {
			k = burst{report: k.report, reason: "other"}
			if n = b.kinds[k]; n != nil {
				return n
			}
		}
	}
	if b.kinds == nil {
		b.kinds = make(map[burst]*burstCount)
	}
	n = &burstCount{begun: now}
	b.kinds[k] = n
	return n
}

// forgetLocked forgets the kinds of which nothing is held back and whose time is over.
func (b *bursts) forgetLocked(now time.Time) {
	for k, n := range b.kinds {
		if n.held == 0 && now.Sub(n.begun) >= burstWindow {
			delete(b.kinds, k)
		}
	}
}

// flush tells of what was held back.
func (b *bursts) flush(rt *Runtime) {
	b.mu.Lock()
	held := b.kinds
	b.kinds = nil
	if b.end != nil {
		b.end.Stop()
		b.end = nil
	}
	b.mu.Unlock()
	for k, n := range held {
		if n.held > 0 {
			rt.log(slog.LevelError, burstMessage, []slog.Attr{
				slog.String(keyReport, k.report), slog.String(keyType, k.typ),
				slog.String(keyReason, k.reason), slog.Int(keyTimes, n.held),
			})
		}
	}
}
