package replay

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// Difference describes the first difference between what was expected of a scenario and
// what has come of it, "" if there is none.
func Difference(s Scenario, want, got Result) string {
	for i := range max(len(want.Steps), len(got.Steps)) {
		w, g := change(want, i), change(got, i)
		if reflect.DeepEqual(w, g) {
			continue
		}
		step := "the start"
		if i > 0 && i <= len(s.Steps) {
			step = fmt.Sprintf("step %d, %v", i, []any(s.Steps[i-1]))
		}
		return fmt.Sprintf("scenario %q differs after %s\n  want %s\n  got  %s", s.Name, step, line(w), line(g))
	}
	return ""
}

// change returns the i-th change of a result, nil if there is none.
func change(r Result, i int) *Change {
	if i < len(r.Steps) {
		return &r.Steps[i]
	}
	return nil
}

func line(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
