package term

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"sync"
	"sync/atomic"
)

// sentinels are the registered errors. There is one table for the program, as there
// is of wire names. It is replaced by a larger one while mu is held.
var sentinels struct {
	mu  sync.Mutex
	all atomic.Pointer[sentinelTable]
}

type sentinelTable struct {
	byCode map[string]error
	codeOf map[error]string
}

// RegisterError gives a sentinel error the code by which it travels: what arrives for
// an error in a message is sentinel, for errors.Is, if the sent error was; see
// [CarryError]. The codes of a package begin with its name and a dot, such as
// "chat.full", and never change. Error types need no code: give them a wire name by
// [Register], and errors.As finds them in what arrives.
//
// The sentinels of this package and those of context, io, io/fs, os and errors are
// registered. Call RegisterError in an init function, for each sentinel of a package
// in that package. The same pair again is fine. It returns an [ErrTaken] if the code
// or the error is registered with another one, or an error if either is empty.
func RegisterError(code string, sentinel error) error {
	if err := checkSentinel(code, sentinel); err != nil {
		return fmt.Errorf("term: register error %q as %.255q: %w", ErrorText(sentinel), code, err)
	}
	sentinels.mu.Lock()
	defer sentinels.mu.Unlock()
	old := sentinels.all.Load()
	if other, taken := old.byCode[code]; taken && other != sentinel {
		return fmt.Errorf("term: register error %q as %q: the code is %w for %q", ErrorText(sentinel), code, ErrTaken, ErrorText(other))
	}
	if other, taken := old.codeOf[sentinel]; taken && other != code {
		return fmt.Errorf("term: register error %q as %q: it is %w as %q", ErrorText(sentinel), code, ErrTaken, other)
	}
	larger := &sentinelTable{maps.Clone(old.byCode), maps.Clone(old.codeOf)}
	larger.byCode[code], larger.codeOf[sentinel] = sentinel, code
	sentinels.all.Store(larger)
	return nil
}

// MustRegisterError is [RegisterError] for an init function: it panics with the
// error.
func MustRegisterError(code string, sentinel error) {
	if err := RegisterError(code, sentinel); err != nil {
		panic(err)
	}
}

func checkSentinel(code string, sentinel error) error {
	switch {
	case sentinel == nil:
		return errors.New("there is no error")
	case !reflect.TypeOf(sentinel).Comparable():
		return fmt.Errorf("a %T cannot be compared", sentinel)
	}
	return checkName(code)
}

func registerStandardErrors() {
	sentinels.all.Store(&sentinelTable{map[string]error{}, map[error]string{}})
	for code, err := range map[string]error{
		"context.canceled":          context.Canceled,
		"context.deadline_exceeded": context.DeadlineExceeded,
		"errors.unsupported":        errors.ErrUnsupported,
		"io.eof":                    io.EOF,
		"io.unexpected_eof":         io.ErrUnexpectedEOF,
		"io.closed_pipe":            io.ErrClosedPipe,
		"io.no_progress":            io.ErrNoProgress,
		"io.short_buffer":           io.ErrShortBuffer,
		"io.short_write":            io.ErrShortWrite,
		"fs.closed":                 fs.ErrClosed,
		"fs.exist":                  fs.ErrExist,
		"fs.invalid":                fs.ErrInvalid,
		"fs.not_exist":              fs.ErrNotExist,
		"fs.permission":             fs.ErrPermission,
		"os.deadline_exceeded":      os.ErrDeadlineExceeded,
		"os.no_deadline":            os.ErrNoDeadline,
		"os.process_done":           os.ErrProcessDone,
		"term.too_deep":             ErrTooDeep,
		"term.too_large":            ErrTooLarge,
		"term.too_many":             ErrTooMany,
		"term.truncated":            ErrTruncated,
		"term.trailing_bytes":       ErrTrailingBytes,
		"term.invalid_byte":         ErrInvalidByte,
		"term.mismatch":             ErrMismatch,
		"term.range":                ErrRange,
		"term.duplicate_key":        ErrDuplicateKey,
		"term.not_registered":       ErrNotRegistered,
		"term.unsendable":           ErrUnsendable,
		"term.refused_message":      ErrRefusedMessage,
		"term.panic":                ErrPanic,
		"term.taken":                ErrTaken,
	} {
		MustRegisterError(code, err)
	}
}
