package group

import "github.com/starlang-go/starlang/term"

// The errors keep their identity in messages: see [term.RegisterError].
func init() {
	term.MustRegisterError("group.not_joined", ErrNotJoined)
	term.MustRegisterError("group.closed", ErrClosed)
}
