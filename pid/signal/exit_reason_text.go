package signal

import (
	"encoding"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/starlang-go/starlang/pid"
)

var (
	_ encoding.TextAppender    = ExitReason{}
	_ encoding.TextMarshaler   = ExitReason{}
	_ encoding.TextUnmarshaler = (*ExitReason)(nil)
)

// The text forms: a word, or one of two prefixes and then any text, unquoted,
// with its newlines. No word begins with a prefix, so each reason has one form
// of its own, also those whose text is empty.
const (
	shutdownPrefix = "shutdown: "
	errorPrefix    = "error: "
)

var words = [...]string{
	codeNormal:       "normal",
	codeShutdown:     "shutdown",
	codeKill:         "kill",
	codeKilled:       "killed",
	codeNoProc:       "noproc",
	codeNoConnection: "noconnection",
}

// ParseExitReason returns the reason whose text form is s, exactly as
// [ExitReason.String] gives it. It returns a [*pid.ParseError] for all else, also
// for a text that is not valid UTF-8 or longer than [MaxReasonTextBytes].
func ParseExitReason(s string) (ExitReason, error) {
	for code, word := range words {
		if s == word {
			return ExitReason{code: reasonCode(code)}, nil
		}
	}
	if text, found := strings.CutPrefix(s, shutdownPrefix); found {
		return parseText(codeShutdownText, s, text)
	}
	if text, found := strings.CutPrefix(s, errorPrefix); found {
		return parseText(codeError, s, text)
	}
	why := `is none of "` + strings.Join(words[:], `", "`) + `", "` + shutdownPrefix + `…", "` + errorPrefix + `…"`
	return ExitReason{}, parseError(s, 0, why)
}

func parseText(code reasonCode, s, text string) (ExitReason, error) {
	start := len(s) - len(text)
	if len(text) > MaxReasonTextBytes {
		why := "the text is longer than " + strconv.Itoa(MaxReasonTextBytes) + " bytes"
		return ExitReason{}, parseError(s, start+MaxReasonTextBytes, why)
	}
	if !utf8.ValidString(text) {
		return ExitReason{}, parseError(s, start+validPrefixLen(text), "the text is not valid UTF-8")
	}
	return ExitReason{code, text}, nil
}

func parseError(s string, offset int, why string) error {
	return &pid.ParseError{Type: "exit reason", Input: s, Offset: offset, Why: why}
}

func validPrefixLen(text string) int {
	for i, r := range text {
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD") {
			return i
		}
	}
	return len(text)
}

// String returns the text form, the same as [ExitReason.Error]. [ParseExitReason] is
// its inverse, but for a foreign reason, of which only the text is in it.
func (r ExitReason) String() string {
	switch r.code {
	case codeShutdownText, codeShutdownTerm:
		return shutdownPrefix + r.Text()
	case codeError, codeForeign:
		return errorPrefix + r.Text()
	default:
		return words[r.code]
	}
}

// Error implements error, so that a body can return the reason it got.
func (r ExitReason) Error() string { return r.String() }

// AppendText appends the text form of r to b. It never fails.
func (r ExitReason) AppendText(b []byte) ([]byte, error) {
	return append(b, r.String()...), nil
}

// MarshalText returns the text form of r; JSON uses it. It never fails.
func (r ExitReason) MarshalText() ([]byte, error) { return r.AppendText(nil) }

// UnmarshalText sets r to the reason whose text form is text. It returns a
// [*pid.ParseError], and leaves r as it is, if there is none.
func (r *ExitReason) UnmarshalText(text []byte) error {
	parsed, err := ParseExitReason(string(text))
	if err == nil {
		*r = parsed
	}
	return err
}
