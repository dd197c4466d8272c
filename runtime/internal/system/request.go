// Package system marks the requests of those who look at a process and steer it: a
// bound of the mailbox does not hold for them, so they get through to one that is full.
package system

import (
	"context"

	"github.com/starlang-go/starlang/pid"
)

// Request is such a request. Only packages of this module can make one, by embedding a
// [Mark].
type Request interface{ systemRequest() }

// Mark makes the struct that embeds it a [Request].
type Mark struct{}

func (Mark) systemRequest() {}

// Supervisor is a server that those who look at a node may ask about its children.
type Supervisor interface{ supervises() }

// Supervising makes the struct that embeds it a [Supervisor].
type Supervising struct{}

func (Supervising) supervises() {}

// Wrapper is what a behaviour sends around a value of the program.
type Wrapper interface{ Unwrapped() any }

// UnsafeState returns the state of a server of the caller's node as a text, with all that
// it holds: also what is secret. Package genserver sets it as it is initialized.
var UnsafeState func(ctx context.Context, server pid.PID) (string, error)

// Live is something to be looked at that may share memory with what goes on meanwhile.
type Live interface{ Live() bool }

// IsLive reports whether v says that it is [Live].
func IsLive(v any) bool {
	l, ok := v.(Live)
	return ok && l.Live()
}
