package world

import (
	"errors"
	"fmt"
	"slices"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/oracle/internal/scenario"
)

// look returns what is in a puppet's mailbox, in the order in which it came. The
// puppet looks itself, by a selective receive that refuses everything.
func (w *world) look(p *puppet) (list []message, err error) {
	var refused error
	err = p.obey(func(ctx *runtime.Context) *ending {
		_, refused = ctx.TryRecvMatch(func(m runtime.Message) bool {
			list = append(list, w.message(m.Value()))
			return false
		})
		return nil
	})
	if err == nil && !errors.Is(refused, runtime.ErrEmpty) {
		err = fmt.Errorf("look into the mailbox of %s: %w", p.name, refused)
	}
	return list, err
}

// take has p receive the oldest message in canonical order that the step asks for,
// and just that one.
func (w *world) take(p *puppet, s scenario.Step) (any, error) {
	i := slices.IndexFunc(p.box, func(m message) bool { return wanted(m, s) })
	if i < 0 {
		return "empty", nil
	}
	want := p.box[i]
	var missing error
	err := p.obey(func(ctx *runtime.Context) *ending {
		_, missing = ctx.TryRecvMatch(func(m runtime.Message) bool {
			return w.message(m.Value()) == want
		})
		return nil
	})
	if err = errors.Join(err, missing); err != nil {
		return nil, fmt.Errorf("receive a message that %s has: %w", p.name, err)
	}
	p.box = slices.Delete(p.box, i, i+1)
	return want.json(), nil
}

// wanted reports whether a recv or recv_match step asks for m.
func wanted(m message, s scenario.Step) bool {
	switch {
	case s.Op == "recv":
		return true
	case s.Kind != "":
		return m.kind == s.Kind
	case s.Ref != "":
		return m.kind == "down" && m.ref == s.Ref
	default:
		return m.kind == "user" && m.msg == s.Msg
	}
}
