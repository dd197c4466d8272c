package directory

import "github.com/starlang-go/starlang/term"

// The errors keep their identity in messages: see [term.RegisterError].
func init() {
	term.MustRegisterError("directory.not_found", ErrNotFound)
	term.MustRegisterError("directory.compacted", ErrCompacted)
	term.MustRegisterError("directory.session_lost", ErrSessionLost)
	term.MustRegisterError("directory.unknown", ErrUnknown)
}
