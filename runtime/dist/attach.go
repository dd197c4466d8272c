package dist

import (
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/internal/inlet"
)

// Attach keeps v with a runtime under key, for modules that extend it, and returns what is
// kept: v, or what was there before. Keys are of a type of the module's own, as with
// context.WithValue.
func Attach(rt *runtime.Runtime, key, v any) (kept any, wasThere bool) {
	return inlet.Of(rt).Attach(key, v)
}

// Attached returns what is kept with a runtime under key, nil if nothing is.
func Attached(rt *runtime.Runtime, key any) any { return inlet.Of(rt).Attached(key) }

// Tell sends v, of which the process may share memory, to a process of this node in the
// name of no process. It never waits: in a full mailbox v waits for room.
func (p *Port) Tell(to pid.PID, v any) {
	env := signal.Envelope{Kind: signal.Message, Value: v}
	if queued, err := p.inlet.Offer(to, env); !queued && err == nil {
		_, _, _ = p.inlet.Leave(to, env, func() {}) // to one that is gone, or does not want it
	}
}
