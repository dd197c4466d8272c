package genserver

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/starlang-go/starlang/runtime/internal/text"
	"github.com/starlang-go/starlang/term"
)

// ReplyError is an error that a server replied with. It has the text of the error
// that HandleCall returned and is, for errors.Is, every error that this one was
// and that [RegisterError] knows: on the same node as on another one.
type ReplyError struct {
	text string
	is   []error
}

// Error returns the text of the server's error.
func (e *ReplyError) Error() string { return e.text }

// Unwrap returns the registered errors that the server's error was.
func (e *ReplyError) Unwrap() []error { return e.is }

// failure is the reply that stands for an error.
type failure struct {
	Text    string
	Codes   []string // of the registered errors that it was, sorted
	Control control
}

// control says that a failure is one of the loop's own and no error of the server. It
// travels beside the codes: the server's error may wrap another server's ErrUnhandled.
type control uint8

const (
	ofServer  control = iota
	unhandled         // ErrUnhandled
	badReply          // ErrBadReply
)

// ImmutableTerm marks a failure as free to share between processes.
func (failure) ImmutableTerm() {}

func init() {
	term.MustRegister[failure]("genserver.Failure")
	for code, err := range map[string]error{
		"genserver.unhandled":  ErrUnhandled,
		"genserver.bad_reply":  ErrBadReply,
		"genserver.state_type": ErrStateType,
	} {
		MustRegisterError(code, err)
	}
}

// sentinels are the registered errors by their codes. There is one table for the
// program, as there is of wire names.
var sentinels struct {
	mu  sync.Mutex // held while one is added
	all atomic.Pointer[map[string]error]
}

// RegisterError gives err a code, by which it travels in replies: the caller's
// error then is err, for errors.Is, if the server's was. Register sentinel errors
// in an init function, under codes that stay as they are. It returns an error if
// the code, or err, is empty, or the code stands for another error already.
func RegisterError(code string, err error) error {
	if code == "" || err == nil {
		return fmt.Errorf("genserver: register %v as %q: the code and the error must be given", err, code)
	}
	sentinels.mu.Lock()
	defer sentinels.mu.Unlock()
	all := map[string]error{}
	if p := sentinels.all.Load(); p != nil {
		all = maps.Clone(*p)
	}
	if other, taken := all[code]; taken && other != err {
		return fmt.Errorf("genserver: register %q as %q: the code stands for %q already", err, code, other)
	}
	all[code] = err
	sentinels.all.Store(&all)
	return nil
}

// MustRegisterError is [RegisterError] for an init function: it panics with the
// error.
func MustRegisterError(code string, err error) {
	if err := RegisterError(code, err); err != nil {
		panic(err)
	}
}

// failureOf returns what stands for err on its way.
func failureOf(err error) failure {
	f := failure{Text: text.Error(err, text.MaxStateBytes)}
	for code, sentinel := range *sentinels.all.Load() {
		if errors.Is(err, sentinel) {
			f.Codes = append(f.Codes, code)
		}
	}
	slices.Sort(f.Codes)
	return f
}

// err returns the error that f stands for. Codes that nobody registered here are
// left out.
func (f failure) err() *ReplyError {
	e := &ReplyError{text: f.Text}
	for _, code := range f.Codes {
		if sentinel := (*sentinels.all.Load())[code]; sentinel != nil {
			e.is = append(e.is, sentinel)
		}
	}
	return e
}
