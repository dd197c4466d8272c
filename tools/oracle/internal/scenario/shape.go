package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// shape says which fields an op has, besides op itself.
type shape struct {
	need  []string
	may   []string
	oneOf []string // exactly one of these
}

// shapes are those of the steps.
var shapes = map[string]shape{
	"spawn":        {need: words("p"), may: words("trap link_to monitored_by ref")},
	"stop":         {need: words("p reason")},
	"exit":         {need: words("by to reason")},
	"trap":         {need: words("p on")},
	"link":         {need: words("by to")},
	"unlink":       {need: words("by to")},
	"monitor":      {need: words("by ref"), oneOf: words("to to_name")},
	"demonitor":    {need: words("by ref"), may: words("flush info")},
	"send":         {need: words("by msg"), oneOf: words("to to_name")},
	"send_after":   {need: words("by ms msg timer"), oneOf: words("to to_name")},
	"cancel_timer": {need: words("by timer")},
	"wait":         {need: words("ms")},
	"register":     {need: words("name p"), may: words("by")},
	"unregister":   {need: words("name"), may: words("by")},
	"whereis":      {need: words("name")},
	"recv":         {need: words("p")},
	"recv_match":   {need: words("p"), oneOf: words("kind msg ref")},
	"alive":        {need: words("p")},
	"links":        {need: words("p")},
	"monitors":     {need: words("p")},
	"monitored_by": {need: words("p")},
	"queue_len":    {need: words("p")},
	"seq":          {need: words("by do")},
}

// actShapes are those of the acts of a seq: what one process can do, without the
// field that says which process does it.
var actShapes = map[string]shape{
	"send":       shapes["send"].without("by"),
	"exit":       shapes["exit"].without("by"),
	"link":       shapes["link"].without("by"),
	"unlink":     shapes["unlink"].without("by"),
	"monitor":    shapes["monitor"].without("by"),
	"demonitor":  shapes["demonitor"].without("by"),
	"trap":       shapes["trap"].without("p"),
	"register":   shapes["register"].without("by"),
	"unregister": shapes["unregister"].without("by"),
	"stop":       shapes["stop"].without("p"),
}

func words(s string) []string { return strings.Fields(s) }

func (s shape) without(field string) shape {
	drop := func(list []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(f string) bool { return f == field })
	}
	return shape{drop(s.need), drop(s.may), s.oneOf}
}

// check reports the first field that is missing or that the op does not have.
func (s shape) check(object map[string]any) error {
	for _, name := range s.need {
		if _, given := object[name]; !given {
			return fmt.Errorf("%q is missing", name)
		}
	}
	chosen := 0
	for _, name := range s.oneOf {
		if _, given := object[name]; given {
			chosen++
		}
	}
	if len(s.oneOf) > 0 && chosen != 1 {
		return fmt.Errorf(`exactly one of "%s" must be given, not %d`, strings.Join(s.oneOf, `", "`), chosen)
	}
	fields := slices.Concat(s.need, s.may, s.oneOf)
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if name != "op" && !slices.Contains(fields, name) {
			return fmt.Errorf("there is no field %q", name)
		}
	}
	return nil
}
