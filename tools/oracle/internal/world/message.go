package world

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/term"
	"github.com/starlang-go/starlang/tools/oracle/internal/scenario"
)

// So a message of a scenario crosses nodes as what it is.
func init() { term.MustRegister[scenario.Msg]("oracle.Msg") }

// message is a message in a mailbox, in the scenario's words. Two are equal if the
// scenario cannot tell them apart.
type message struct {
	kind   string // "user", "exit" or "down"
	msg    scenario.Msg
	who    string // whose end an exit or a down tells, or the name that was monitored
	ref    string // the label of a down's monitor
	reason signal.ExitReason
}

// message returns what a puppet has received, or would.
func (w *world) message(v any) message {
	switch v := v.(type) {
	case scenario.Msg:
		return message{kind: "user", msg: v}
	case signal.Exit:
		return message{kind: "exit", who: w.names[v.From], reason: v.Reason}
	case signal.Down:
		return message{kind: "down", who: cmp.Or(v.Name.Name, w.names[v.PID]), ref: w.labels[v.Ref], reason: v.Reason}
	default:
		panic(fmt.Sprintf("world: a puppet got a %T", v))
	}
}

func (m message) json() any {
	if m.kind == "user" {
		return map[string]any{"user": m.msg.JSON()}
	}
	body := map[string]any{"reason": scenario.ReasonJSON(m.reason)}
	if m.kind == "exit" {
		body["from"] = m.who
	} else {
		body["pid"], body["ref"] = m.who, m.ref
	}
	return map[string]any{m.kind: body}
}

func messagesJSON(list []message) []any {
	all := make([]any, len(list))
	for i, m := range list {
		all[i] = m.json()
	}
	return all
}

// compare orders exits and downs of one run.
func (m message) compare(o message) int {
	return cmp.Or(cmp.Compare(m.who, o.who), -cmp.Compare(m.kind, o.kind), cmp.Compare(m.ref, o.ref))
}

// merge returns the canonical order of a mailbox which was old when last settled
// and now has the messages now: what is left of old, then what is new.
func merge(old, now []message) []message {
	fresh := without(now, old)
	kept := without(old, without(old, now)) // a flush may have taken one out
	sortRuns(fresh)
	return append(kept, fresh...)
}

// without returns list without the first message equal to each of drop.
func without(list, drop []message) []message {
	rest := slices.Clone(list)
	for _, m := range drop {
		if i := slices.Index(rest, m); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
		}
	}
	return rest
}

// sortRuns sorts each run of exits and downs that no user message interrupts.
func sortRuns(list []message) {
	for start, m := range list {
		if m.kind == "user" || start > 0 && list[start-1].kind != "user" {
			continue
		}
		end := start
		for end < len(list) && list[end].kind != "user" {
			end++
		}
		slices.SortStableFunc(list[start:end], message.compare)
	}
}
