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
}

// SnapshotState implements genserver.StateSnapshotter.
func (m *machine[S, D]) SnapshotState() genserver.StateFormatter {
	s := &snapshot[S, D]{format: m.spec.Format, state: isolated(m.state)}
	if s.format == nil {
		s.types = text.Types(m.ctx.Data, text.MaxStateBytes)
	} else {
		s.data = isolated(m.ctx.Data)
	}
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
func isolated[T any](v T) T {
	if c, err := term.Isolate(v); err == nil {
		if c, ok := c.(T); ok {
			return c
		}
	}
	return v
}
