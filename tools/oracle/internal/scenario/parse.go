package scenario

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/starlang-go/starlang/tools/oracle/internal/canon"
)

// Parse reads one scenario.
func Parse(line []byte) (Scenario, error) {
	v, err := canon.Decode(line)
	if err != nil {
		return Scenario{}, err
	}
	object, ok := v.(map[string]any)
	if !ok {
		return Scenario{}, fmt.Errorf("a scenario is an object, not %s", excerpt(v))
	}
	name, ok := object["name"].(string)
	if !ok {
		return Scenario{}, errors.New(`a scenario has a "name", which is a string`)
	}
	list, ok := object["steps"].([]any)
	if !ok {
		return Scenario{}, fmt.Errorf(`scenario %q: it has no list of "steps"`, name)
	}
	steps, err := parseSteps(list, "step", shapes)
	if err != nil {
		return Scenario{}, fmt.Errorf("scenario %q: %w", name, err)
	}
	return Scenario{Name: name, Steps: steps}, nil
}

// parseSteps reads the steps of a scenario, or the acts of a seq.
func parseSteps(list []any, what string, shapes map[string]shape) ([]Step, error) {
	steps := make([]Step, len(list))
	for i, v := range list {
		var err error
		if steps[i], err = parseStep(v, shapes); err != nil {
			return nil, fmt.Errorf("%s %d: %w", what, i+1, err)
		}
	}
	return steps, nil
}

func parseStep(v any, shapes map[string]shape) (Step, error) {
	object, ok := v.(map[string]any)
	if !ok {
		return Step{}, fmt.Errorf("it must be an object, not %s", excerpt(v))
	}
	s := Step{Text: canon.String(v)}
	if s.Op, ok = object["op"].(string); !ok {
		return Step{}, errors.New(`it has no "op", which is a string`)
	}
	shape, ok := shapes[s.Op]
	if !ok {
		return Step{}, fmt.Errorf("there is no op %q here", s.Op)
	}
	if err := shape.check(object); err != nil {
		return Step{}, fmt.Errorf("%s: %w", s.Op, err)
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if err := s.read(name, object[name]); err != nil {
			return Step{}, fmt.Errorf("%s: %w", s.Op, err)
		}
	}
	return s, s.agree()
}

// read reads the field name, which the op has.
func (s *Step) read(name string, v any) (err error) {
	switch name {
	case "op":
		return nil
	case "do":
		list, ok := v.([]any)
		if !ok {
			return fmt.Errorf(`"do" must be a list of acts, not %s`, excerpt(v))
		}
		s.Do, err = parseSteps(list, "act", actShapes)
		return err
	}
	if err := fields[name](s, v); err != nil {
		return fmt.Errorf("%q %w, not %s", name, err, excerpt(v))
	}
	return nil
}

// agree checks what depends on more than one field.
func (s Step) agree() error {
	switch {
	case s.Op == "spawn" && (s.Ref != "") != (s.MonitoredBy != ""):
		return errors.New(`spawn: "ref" and "monitored_by" go together`)
	case s.Op == "spawn" && s.LinkTo != "" && s.MonitoredBy != "" && s.LinkTo != s.MonitoredBy:
		return errors.New(`spawn: "link_to" and "monitored_by" must be the same process`)
	case s.Op == "seq":
		for i, act := range s.Do[:max(len(s.Do)-1, 0)] {
			if act.Op == "stop" {
				return fmt.Errorf("seq: act %d: a stop must be the last act", i+1)
			}
		}
	}
	return nil
}

// excerpt returns the text of v, shortened, for error messages.
func excerpt(v any) string {
	const enough = 60
	s := []rune(canon.String(v))
	if len(s) <= enough {
		return string(s)
	}
	return string(s[:enough]) + "…"
}
