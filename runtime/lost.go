package runtime

import (
	"fmt"
	"log/slog"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime/internal/text"
)

// lost takes note of a message of which nobody is left to be told: its sender has gone
// on.
func (rt *Runtime) lost(to pid.Address, m Message, why error) {
	if attrs := rt.noteLost(to, m, why); attrs != nil {
		rt.log(slog.LevelWarn, lostMessage, attrs)
	}
}

// lostAway is lost for a goroutine that the program's log handler must neither end nor hold
// up.
func (rt *Runtime) lostAway(to pid.Address, m Message, why error) {
	if attrs := rt.noteLost(to, m, why); attrs != nil {
		go rt.log(slog.LevelWarn, lostMessage, attrs) // ends with the handler; reports.admit bounds how many there are
	}
}

// noteLost counts a message that is lost, and returns what is to be logged: nil if enough
// of its kind was.
func (rt *Runtime) noteLost(to pid.Address, m Message, why error) []slog.Attr {
	rt.counts.dropped.Add(1)
	rt.traceDropped(to, m, why)
	typ, reason := fmt.Sprintf("%T", m.Value()), text.Error(why, text.MaxReportBytes)
	if !rt.reports.admit(rt, lostMessage, typ, reason) {
		return nil
	}
	return []slog.Attr{slog.String(keyTo, to.String()), slog.String(keyType, typ), slog.String(keyReason, reason)}
}
