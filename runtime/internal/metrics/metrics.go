// Package metrics has what the exporters of metrics have in common: the values that their
// labels have, and how these are found out.
package metrics

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/inspect"
)

// MaxTypes is how many values a label has whose values the program gives.
const MaxTypes = 200

// Other is the value for all that is more.
const Other = "other"

// Values are those of a label. All goroutines may share it.
type Values struct {
	mu   sync.Mutex
	seen map[string]struct{} // guarded by mu
}

// Of returns v, or [Other].
func (a *Values) Of(v string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.seen[v]; ok {
		return v
	}
	if len(a.seen) >= MaxTypes {
		return Other
	}
	if a.seen == nil {
		a.seen = make(map[string]struct{})
	}
	a.seen[v] = struct{}{}
	return v
}

// TypeName returns the name of the type of a message.
func TypeName(t reflect.Type) string {
	if t == nil {
		return "nil"
	}
	return t.String()
}

// WhyDropped says why a message was dropped.
func WhyDropped(err error) string {
	switch {
	case errors.Is(err, runtime.ErrMailboxFull), errors.Is(err, registry.ErrBusy):
		return "full"
	case errors.Is(err, runtime.ErrNoConnection):
		return "noconnection"
	}
	return Other
}

// Outcome says how a call has ended.
func Outcome(err error) string {
	switch {
	case err == nil:
		return "answered"
	case errors.Is(err, runtime.ErrTimeout), errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	}
	return "failed"
}

// Processes returns how many processes there are in each state, and how many messages wait
// for all of them.
func Processes(rt *runtime.Runtime) (states map[string]int, waiting uint64) {
	states = map[string]int{"running": 0, "exiting": 0, "sleeping": 0}
	for b := range rt.Brief() {
		state := b.State.String()
		if b.Hibernating {
			state = "sleeping"
		}
		states[state]++
		waiting += uint64(b.QueueLen)
	}
	return states, waiting
}

// maxAsk is how long it may take to ask for the alarms.
const maxAsk = time.Second

// Alarms returns how many alarms of each kind are active, nil if the node is not inspected,
// is too busy to say, or ends.
func Alarms(ctx context.Context, rt *runtime.Runtime) map[inspect.AlarmKind]int {
	if _, there := rt.Whereis(inspect.Name); !there {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, maxAsk)
	defer cancel()
	list, err := inspect.NewClient(rt, pid.Name{Name: inspect.Name}).Alarms(ctx, inspect.Alarms{})
	if err != nil {
		return nil
	}
	active := make(map[inspect.AlarmKind]int)
	for _, kind := range inspect.AlarmKinds() {
		active[kind] = 0
	}
	for _, a := range list.Active {
		active[a.Kind]++
	}
	return active
}
