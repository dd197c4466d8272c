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
	rt.counts.dropped.Add(1)
	rt.traceDropped(to, m, why)
	typ, reason := fmt.Sprintf("%T", m.Value()), text.Error(why, text.MaxReportBytes)
	if !rt.reports.admit(rt, lostMessage, typ, reason) {
		return
	}
	rt.log(slog.LevelWarn, lostMessage, []slog.Attr{
		slog.String(keyTo, to.String()), slog.String(keyType, typ), slog.String(keyReason, reason),
	})
}
