package signal

import (
	"fmt"

	"github.com/starlang-go/starlang/term"
)

// A reason is a MessagePack extension of the code [term.ExtExitReason]: one byte
// for its kind, a reasonCode, and behind it the text in UTF-8, which only
// codeError and codeShutdownText have; or, of a foreign one, the length of the text
// (a varint as of package encoding/binary), the text, and the term.
var (
	_ term.Appender = ExitReason{}
	_ term.Parser   = (*ExitReason)(nil)
)

func init() {
	if err := term.RegisterExt[ExitReason](term.ExtExitReason); err != nil {
		panic(fmt.Sprintf("signal: register the extension: %v", err))
	}
}

// AppendTerm appends the MessagePack form of r. It never fails.
func (r ExitReason) AppendTerm(dst []byte) ([]byte, error) {
	dst = term.AppendExtHeader(dst, term.ExtExitReason, 1+len(r.text))
	dst = append(dst, byte(r.code))
	return append(dst, r.text...), nil
}

// ParseTerm sets r to the reason that rd stands on. It returns a
// [*term.DecodeError], and leaves r as it is, if there is none.
//
// A reason is never lost for what a peer put into it, since a process would then
// never learn of an end that it watches for. A text is kept as by [Error]. A kind
// that a newer peer has and this program has not becomes an error that says so:
// whoever does not know a reason must take it for a failure.
func (r *ExitReason) ParseTerm(rd *term.Reader) error {
	start := rd.Offset()
	n, err := rd.ExpectExt(term.ExtExitReason)
	if err != nil {
		return err
	}
	content, err := rd.ReadN(n)
	if err != nil {
		return err
	}
	parsed, err := decodeReason(content)
	if err != nil {
		return rd.Fail(start, err)
	}
	*r = parsed
	return nil
}

func decodeReason(content []byte) (ExitReason, error) {
	if len(content) == 0 {
		return ExitReason{}, fmt.Errorf("%w: an exit reason without its kind", term.ErrMismatch)
	}
	code, text := reasonCode(content[0]), string(content[1:])
	switch {
	case code == codeError:
		return Error(text), nil
	case code == codeShutdownText:
		return ShutdownReason(text), nil
	case (code == codeForeign || code == codeShutdownTerm) && isPacked(text):
		return ExitReason{code, text}, nil
	case int(code) >= len(words):
		return Error(fmt.Sprintf("exit reason of unknown kind %d: %s", code, text)), nil
	case text != "":
		return ExitReason{}, fmt.Errorf("%w: the exit reason %s has no text", term.ErrMismatch, words[code])
	}
	return ExitReason{code: code}, nil
}
