package dialogue

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/term"
)

// missing is the number of a process that no node has come to.
const missing = 1<<63 + 4711

// names is what stands for the names with a $ in one connection.
type names struct {
	me      pid.PID
	partner uint64
}

// append appends a value of a dialogue as MessagePack.
func (n names) append(dst []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return term.AppendNil(dst), nil
	case bool:
		return term.AppendBool(dst, v), nil
	case string:
		return n.appendText(dst, v)
	case json.Number:
		u, err := strconv.ParseUint(v.String(), 10, 64)
		return term.AppendUint(dst, u), err
	case []any:
		return n.appendAll(term.AppendArrayLen(dst, len(v)), v)
	}
	return dst, fmt.Errorf("cannot send a %T", v)
}

func (n names) appendText(dst []byte, s string) ([]byte, error) {
	switch s {
	case "$me":
		return term.AppendMessage(dst, n.me)
	case "$missing", "$partner":
		return term.AppendUint(dst, n.number(s)), nil
	}
	return term.AppendString(dst, s), nil
}

func (n names) appendAll(dst []byte, list []any) (_ []byte, err error) {
	for _, v := range list {
		if dst, err = n.append(dst, v); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

func (n names) number(name string) uint64 {
	if name == "$missing" {
		return missing
	}
	return n.partner
}

// match reports whether got, as it was decoded, is what a dialogue wants.
func (n names) match(want, got any) bool {
	switch want := want.(type) {
	case []any:
		list, ok := got.([]any)
		return ok && len(list) >= len(want) && slices.EqualFunc(want, list[:len(want)], n.match)
	case map[string]any:
		m, ok := got.(map[string]any)
		return ok && !slices.ContainsFunc(slices.Collect(maps.Keys(want)), func(k string) bool {
			return !n.match(want[k], m[k])
		})
	case string:
		if want == "$missing" || want == "$partner" {
			return fmt.Sprint(n.number(want)) == fmt.Sprint(got)
		}
		return want == "*" || want == fmt.Sprint(got)
	}
	return fmt.Sprint(want) == fmt.Sprint(got)
}
