package cli

import (
	"context"
	"errors"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime/inspect"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// The exit codes.
const (
	exitOK = iota
	exitFailed
	exitUsage
	exitNotFound
	exitUnreachable
	exitAlarm
)

// What an error means. All that cobra itself returns is about the usage.
type (
	failed      struct{ error } // of the node
	unreachable struct{ error }
	usageError  struct{ error }
	alarmed     struct{}
)

func (e failed) Unwrap() error      { return e.error }
func (e unreachable) Unwrap() error { return e.error }
func (*alarmed) Error() string      { return "an alarm is active" }

func exitCode(err error) int {
	var f failed
	var u unreachable
	var a *alarmed
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &a):
		return exitAlarm
	case errors.Is(err, inspect.ErrNotFound), errors.Is(err, supervisor.ErrNotFound):
		return exitNotFound
	case errors.As(err, &u), errors.Is(err, remote.ErrNoConnection):
		return exitUnreachable
	case errors.As(err, &f), errors.Is(err, context.Canceled):
		return exitFailed
	}
	return exitUsage
}
