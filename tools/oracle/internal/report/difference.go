package report

import (
	"fmt"
	"maps"
	"slices"

	"github.com/starlang-go/starlang/tools/oracle/internal/canon"
)

// Difference is the first place at which two results differ.
type Difference struct {
	Where         string // "name", "step 3", "final: mailboxes of p1"
	Step          int    // the number of the step, 0 if it is not in one
	Expected, Got string // what is there, as JSON
}

// absent stands for what one result has and the other has not.
const absent = "(nothing)"

// First returns the first difference between two results, and false if there is
// none. Results are objects with name, steps and final.
func First(expected, got map[string]any) (Difference, bool) {
	if d, differ := at("name", expected["name"], got["name"]); differ {
		return d, true
	}
	if d, differ := firstStep(list(expected["steps"]), list(got["steps"])); differ {
		return d, true
	}
	if d, differ := firstFinal(object(expected["final"]), object(got["final"])); differ {
		return d, true
	}
	return at("result", expected, got)
}

func firstStep(expected, got []any) (Difference, bool) {
	for i := range max(len(expected), len(got)) {
		if d, differ := at(fmt.Sprintf("step %d", i+1), item(expected, i), item(got, i)); differ {
			d.Step = i + 1
			return d, true
		}
	}
	return Difference{}, false
}

func firstFinal(expected, got map[string]any) (Difference, bool) {
	for _, section := range keys(expected, got) {
		a, b := expected[section], got[section]
		for _, key := range keys(object(a), object(b)) {
			where := fmt.Sprintf("final: %s of %s", section, key)
			if d, differ := at(where, member(a, key), member(b, key)); differ {
				return d, true
			}
		}
		if d, differ := at("final: "+section, member(expected, section), member(got, section)); differ {
			return d, true
		}
	}
	return Difference{}, false
}

// missing is a value that is not there.
type missing struct{}

func item(list []any, i int) any {
	if i < len(list) {
		return list[i]
	}
	return missing{}
}

func member(v any, key string) any {
	if v, there := object(v)[key]; there {
		return v
	}
	return missing{}
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func object(v any) map[string]any {
	o, _ := v.(map[string]any)
	return o
}

func keys(a, b map[string]any) []string {
	all := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(all)
	return slices.Compact(all)
}

func at(where string, expected, got any) (Difference, bool) {
	d := Difference{Where: where, Expected: show(expected), Got: show(got)}
	return d, d.Expected != d.Got
}

func show(v any) string {
	if v == (missing{}) {
		return absent
	}
	return canon.String(v)
}
