package inspect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime/internal/inlet"
	"github.com/starlang-go/starlang/term"
)

// Access is what somebody may ask the server for.
type Access uint8

// The kinds of access, each with all of those before it.
const (
	None    Access = iota
	Read           // to show something
	Control        // to do something
)

// The errors of questions, besides those of calls.
var (
	ErrDenied      = errors.New("not allowed")
	ErrBusy        = errors.New("too many questions at once")
	ErrNotFound    = errors.New("there is no such process")
	ErrNoServer    = errors.New("the process is not a server that can be asked")
	ErrUnsupported = errors.New("this node cannot do that")
)

func init() {
	for code, err := range map[string]error{
		"inspect.denied": ErrDenied, "inspect.busy": ErrBusy, "inspect.not_found": ErrNotFound,
		"inspect.no_server": ErrNoServer, "inspect.unsupported": ErrUnsupported,
	} {
		term.MustRegisterError(code, err)
	}
}

// accessOf returns what a process may ask for. Those of this node may do anything
// anyway.
func (n *node) accessOf(p pid.PID) Access {
	switch {
	case p.IsLocal(n.rt.Node().ID()):
		return Control
	case n.cfg.Access == nil:
		return None
	}
	return n.cfg.Access(p.Node())
}

// allow returns an error, and reports it, if who may not ask q.
func (n *node) allow(who pid.PID, q query) error {
	if n.accessOf(who) >= needOf(q) {
		return nil
	}
	if n.refusals.admit(time.Now()) {
		n.log(slog.LevelWarn, "a question was refused", slog.String("who", who.String()), slog.String("what", nameOf(q)))
	}
	return fmt.Errorf("%s: %w", nameOf(q), ErrDenied)
}

// needOf returns what one has to have to ask q.
func needOf(q query) Access {
	if _, acts := q.(action); acts {
		return Control
	}
	if s, ok := q.(State); ok && s.Unsafe {
		return Control
	}
	return Read
}

func (n *node) log(level slog.Level, text string, attrs ...slog.Attr) {
	inlet.Of(n.rt).Logger().LogAttrs(context.Background(), level, text, append(attrs, slog.String("node", n.rt.Node().Name()))...)
}

// maxRefusals is how many refusals a second are reported.
const maxRefusals = 20

// quota lets maxRefusals a second pass.
type quota struct {
	mu    sync.Mutex
	begun time.Time // guarded by mu
	n     int       // guarded by mu
}

func (q *quota) admit(now time.Time) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if now.Sub(q.begun) >= time.Second {
		q.begun, q.n = now, 0
	}
	q.n++
	return q.n <= maxRefusals
}
