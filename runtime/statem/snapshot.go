package statem

import (
	"fmt"

	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/internal/text"
	"github.com/starlang-go/starlang/term"
)

// snapshot is what can be seen of a machine that goes on meanwhile.
type snapshot[S comparable, D any] struct {
	format func(S, D) any // nil: the program has none
	state  S
	data   D      // for format
	types  string // of the data, without format
	live   bool   // state or data could not be copied: the machine waits
}

// Live implements system.Live.
func (s *snapshot[S, D]) Live() bool { return s.live }

// SnapshotState implements genserver.StateSnapshotter.
func (m *machine[S, D]) SnapshotState() genserver.StateFormatter {
	state, copied := isolated(m.state)
	s := &snapshot[S, D]{format: m.spec.Format, state: state, live: !copied}
	if s.format == nil {
		s.types = text.Types(m.ctx.Data, text.MaxStateBytes)
		return s
	}
	s.data, copied = isolated(m.ctx.Data)
	s.live = s.live || !copied
	return s
}

// FormatState implements genserver.StateFormatter. The data may be secret.
func (s *snapshot[S, D]) FormatState() any {
	if s.format != nil {
		return s.format(s.state, s.data)
	}
	return fmt.Sprintf("{State:%s Data:%s}", text.Of(s.state, text.MaxReportBytes), s.types)
}

// isolated returns a copy of v that shares nothing with it, or v if it cannot be copied.
func isolated[T any](v T) (copied T, ok bool) {
	if any(v) == nil {
		return v, true
	}
	if c, err := term.Isolate(v); err == nil {
		if c, ok := c.(T); ok {
			return c, true
		}
	}
	return v, false
}
