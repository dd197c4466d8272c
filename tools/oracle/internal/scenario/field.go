package scenario

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"slices"
	"strconv"
	"time"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
)

// fields read the value of a field into a step. Their errors say what the value
// must be.
var fields = map[string]func(*Step, any) error{
	"p":            func(s *Step, v any) error { return label(&s.P, v) },
	"by":           func(s *Step, v any) error { return label(&s.By, v) },
	"to":           func(s *Step, v any) error { return label(&s.To, v) },
	"link_to":      func(s *Step, v any) error { return label(&s.LinkTo, v) },
	"monitored_by": func(s *Step, v any) error { return label(&s.MonitoredBy, v) },
	"ref":          func(s *Step, v any) error { return label(&s.Ref, v) },
	"timer":        func(s *Step, v any) error { return label(&s.Timer, v) },
	"name":         func(s *Step, v any) error { return name(&s.Name, v) },
	"to_name":      func(s *Step, v any) error { return name(&s.ToName, v) },
	"trap":         func(s *Step, v any) error { return boolean(&s.Trap, v) },
	"on":           func(s *Step, v any) error { return boolean(&s.On, v) },
	"flush":        func(s *Step, v any) error { return boolean(&s.Flush, v) },
	"info":         func(s *Step, v any) error { return boolean(&s.Info, v) },
	"kind":         func(s *Step, v any) error { return kind(&s.Kind, v) },
	"msg":          func(s *Step, v any) error { return msg(&s.Msg, v) },
	"reason":       func(s *Step, v any) error { return reason(&s.Reason, v) },
	"ms":           func(s *Step, v any) error { return milliseconds(&s.Time, v) },
}

func label(to *string, v any) error {
	s, ok := v.(string)
	if !ok || s == "" {
		return errors.New("must be a string that is not empty")
	}
	*to = s
	return nil
}

func name(to *string, v any) error {
	s, ok := v.(string)
	if !ok || registry.CheckName(s) != nil {
		return errors.New("must be a string of 1 to 255 bytes")
	}
	*to = s
	return nil
}

func boolean(to *bool, v any) error {
	b, ok := v.(bool)
	if !ok {
		return errors.New("must be true or false")
	}
	*to = b
	return nil
}

func kind(to *string, v any) error {
	s, _ := v.(string)
	if !slices.Contains([]string{"user", "exit", "down"}, s) {
		return errors.New(`must be one of "user", "exit", "down"`)
	}
	*to = s
	return nil
}

func msg(to *Msg, v any) error {
	switch v := v.(type) {
	case string:
		*to = Msg{Text: v}
		return nil
	case json.Number:
		if i, ok := new(big.Int).SetString(v.String(), 10); ok {
			*to = Msg{Text: i.String(), Integer: true}
			return nil
		}
	}
	return errors.New("must be an integer or a string")
}

// plainReasons are those without a text.
var plainReasons = map[string]signal.ExitReason{
	"normal":   signal.Normal,
	"shutdown": signal.Shutdown,
	"kill":     signal.Kill,
	"killed":   signal.Killed,
	"noproc":   signal.NoProc,
}

func reason(to *signal.ExitReason, v any) error {
	switch v := v.(type) {
	case string:
		if r, ok := plainReasons[v]; ok {
			*to = r
			return nil
		}
	case map[string]any:
		if r, ok := reasonWithText(v); ok {
			*to = r
			return nil
		}
	}
	return errors.New(`must be "normal", "shutdown", "kill", "killed", "noproc", {"shutdown":text} or {"error":text}` +
		" with a text of at most " + strconv.Itoa(signal.MaxReasonTextBytes) + " bytes")
}

func reasonWithText(object map[string]any) (r signal.ExitReason, ok bool) {
	for key, v := range object {
		text, isText := v.(string)
		switch {
		case len(object) != 1 || !isText || len(text) > signal.MaxReasonTextBytes:
			return r, false
		case key == "shutdown":
			return signal.ShutdownReason(text), true
		case key == "error":
			return signal.Error(text), true
		}
	}
	return r, false
}

// maxMs is the longest time that the recorder can wait: Erlang counts in 32 bits.
const maxMs = math.MaxUint32

func milliseconds(to *time.Duration, v any) error {
	n, _ := v.(json.Number)
	ms, err := strconv.ParseInt(n.String(), 10, 64)
	if err != nil || ms < 0 || ms > maxMs {
		return errors.New("must be an integer from 0 to " + strconv.FormatInt(maxMs, 10))
	}
	*to = time.Duration(ms) * time.Millisecond
	return nil
}
