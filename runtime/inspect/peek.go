package inspect

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime/internal/inlet"
	"github.com/starlang-go/starlang/runtime/internal/system"
	"github.com/starlang-go/starlang/term"
)

// Peek asks of which types the messages in a mailbox are. It takes none out.
type Peek struct{ Target string }

// MaxPeeked is how many messages of a mailbox are looked at, the oldest.
const MaxPeeked = 1000

// Mail is the answer to [Peek].
type Mail struct {
	PID    pid.PID `json:"pid"`
	Name   string  `json:"name,omitempty"`
	Queue  int     `json:"queue"`  // messages in the mailbox
	Looked int     `json:"looked"` // of which so many were looked at, at most MaxPeeked
	// Partial tells that the process was looking through its mail: what it had come to
	// already was not looked at.
	Partial bool       `json:"partial,omitempty"`
	Types   []MailType `json:"types"` // the most frequent first
}

// MailType is how many messages of a type there were among those that were looked at.
type MailType struct {
	Type  string `json:"type"`
	Count int    `json:"count"`
}

func init() {
	term.MustRegister[Peek]("inspect.Peek")
	term.MustRegister[Mail]("inspect.Mail")
}

func (q Peek) answer(_ context.Context, n *node) (any, error) {
	p, err := n.find(q.Target)
	if err != nil {
		return nil, err
	}
	values, queued, whole, err := inlet.Of(n.rt).Peek(p, MaxPeeked)
	if err != nil {
		return nil, ErrNotFound
	}
	count := make(map[string]int)
	for _, v := range values {
		count[typeName(v)]++
	}
	mail := Mail{PID: p, Name: n.nameOf(p), Queue: queued, Looked: len(values), Partial: !whole, Types: []MailType{}}
	for name, c := range count {
		mail.Types = append(mail.Types, MailType{name, c})
	}
	slices.SortFunc(mail.Types, func(a, b MailType) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Type, b.Type)) })
	return mail, nil
}

// bare returns what a program has sent, without what a behaviour puts around it.
func bare(v any) any {
	if w, ok := v.(system.Wrapper); ok {
		return w.Unwrapped()
	}
	return v
}

// typeName returns what the type of a message is called: of a value whose type this
// program does not know, the name that it has between nodes.
func typeName(v any) string {
	v = bare(v)
	if r, ok := v.(term.Raw); ok {
		return cut(r.Name(), maxLabelBytes)
	}
	return typeText(reflect.TypeOf(v))
}

func typeText(t reflect.Type) string { return cut(fmt.Sprint(t), maxLabelBytes) }
