package signal_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/starlang-go/starlang/pid/signal"
)

type pointerError struct{ text string }

func (e *pointerError) Error() string { return e.text }

func TestReasonOf(t *testing.T) {
	var typedNil *pointerError
	for name, c := range map[string]struct {
		err  error
		want signal.ExitReason
	}{
		"nil is normal":                {nil, signal.Normal},
		"a reason is itself":           {signal.Killed, signal.Killed},
		"a reason with text is itself": {signal.ShutdownReason("drained"), signal.ShutdownReason("drained")},
		"another error is its text":    {errors.New("disk full"), signal.Error("disk full")},
		"a wrapped reason is an error": {fmt.Errorf("ask the bank: %w", signal.Killed), signal.Error("ask the bank: killed")},
		"a wrapped normal is an error": {fmt.Errorf("ask the bank: %w", signal.Normal), signal.Error("ask the bank: normal")},
		"a joined reason is an error":  {errors.Join(signal.Shutdown), signal.Error("shutdown")},
		"a typed nil does not panic":   {typedNil, signal.Error("a nil *signal_test.pointerError was returned as an error; return a plain nil if there is none")},
	} {
		t.Run(name, func(t *testing.T) {
			if got := signal.ReasonOf(c.err); got != c.want {
				t.Fatalf("got %q, want %q", got, c.want)
			}
		})
	}
}
