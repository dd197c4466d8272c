package supervisor

import (
	"fmt"
)

// SpecError says what is wrong with a [Spec] or a [ChildSpec].
type SpecError struct {
	Supervisor string // the supervisor's name, if it has one
	Child      string // the ID of the child; "" if it is about the supervisor
	Field      string // of Spec, or of ChildSpec if it is about a child
	Problem    string
}

// Error implements error.
func (e *SpecError) Error() string {
	who := "supervisor"
	if e.Supervisor != "" {
		who += fmt.Sprintf(" %q", e.Supervisor)
	}
	if e.Child != "" {
		who += fmt.Sprintf(": child %q", e.Child)
	}
	return fmt.Sprintf("%s: %s: %s", who, e.Field, e.Problem)
}

// Check returns a [*SpecError] if a supervisor could not be started with s: what is
// wrong first, in the order of the fields. Starting does the same, before anything
// else. Source: OTP, supervisor:check_childspecs/2.
func (s Spec) Check() error {
	if field, problem := s.checkOwn(); problem != "" {
		return &SpecError{Supervisor: s.Name, Field: field, Problem: problem}
	}
	seen := make(map[string]bool, len(s.Children))
	for i, c := range s.Children {
		if err := s.checkChild(c, fmt.Sprintf("#%d", i)); err != nil {
			return err
		}
		if seen[c.ID] {
			return &SpecError{s.Name, c.ID, "ID", "another child has the same"}
		}
		seen[c.ID] = true
	}
	if s.Template != nil {
		return s.checkTemplate()
	}
	return nil
}

func (s Spec) checkOwn() (field, problem string) {
	dynamic := s.Strategy == Dynamic
	switch {
	case s.Strategy >= strategies:
		return "Strategy", fmt.Sprintf("there is no strategy %d", s.Strategy)
	case s.Intensity < NoRestarts:
		return "Intensity", fmt.Sprintf("%d is negative", s.Intensity)
	case s.Period < 0:
		return "Period", fmt.Sprintf("%s is negative", s.Period)
	case s.AutoShutdown >= autoShutdowns:
		return "AutoShutdown", fmt.Sprintf("there is no %d", s.AutoShutdown)
	case dynamic && len(s.Children) > 0:
		return "Children", "a dynamic supervisor has none to begin with"
	case !dynamic && s.Template != nil:
		return "Template", fmt.Sprintf("the strategy is %s, not dynamic", s.Strategy)
	case !dynamic && s.MaxChildren != 0:
		return "MaxChildren", fmt.Sprintf("the strategy is %s, not dynamic", s.Strategy)
	case s.MaxChildren < 0:
		return "MaxChildren", fmt.Sprintf("%d is negative", s.MaxChildren)
	case s.StartTimeout < 0:
		return "StartTimeout", fmt.Sprintf("%s is negative", s.StartTimeout)
	}
	return "Backoff", s.Backoff.check()
}

func (s Spec) checkTemplate() error {
	c, start := s.Template.spec, s.Template.start
	if c.Start != nil || start == nil {
		return &SpecError{s.Name, c.ID, "Start", "a template's start function is given to NewTemplate, and only there"}
	}
	return s.checkChild(s.Template.instance(nil), "template")
}

// checkChild checks the spec of a child that is to be called place if it has no ID.
func (s Spec) checkChild(c ChildSpec, place string) error {
	field, problem := c.check(s.AutoShutdown)
	if problem == "" {
		return nil
	}
	if c.ID != "" {
		place = c.ID
	}
	return &SpecError{s.Name, place, field, problem}
}

// check returns what is wrong, "" if nothing is. Source: OTP,
// supervisor:check_childspecs/2.
func (c ChildSpec) check(auto AutoShutdown) (field, problem string) {
	switch {
	case c.ID == "":
		return "ID", "is missing"
	case c.Start == nil:
		return "Start", "is missing"
	case c.Restart >= restartTypes:
		return "Restart", fmt.Sprintf("there is no restart type %d", c.Restart)
	case c.Significant && auto == Never:
		return "Significant", "the supervisor's AutoShutdown is never"
	case c.Significant && c.Restart == Permanent:
		return "Significant", "the child is permanent"
	case c.Shutdown < 0 && c.Shutdown != BrutalKill:
		return "Shutdown", fmt.Sprintf("%s is negative", c.Shutdown)
	case c.Type >= types:
		return "Type", fmt.Sprintf("there is no type %d", c.Type)
	}
	return "", ""
}
