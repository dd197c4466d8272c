package signal

import (
	"fmt"
	"strings"

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

// AppendReason appends r as it stands in a frame between two nodes: its text form, a
// string, or for a foreign one, of which only a part is in that, the extension.
func AppendReason(dst []byte, r ExitReason) []byte {
	if r.isForeign() {
		dst, _ = r.AppendTerm(dst) // never fails
		return dst
	}
	return term.AppendString(dst, r.String())
}

// ReadReason reads a reason in either of the two forms. As in a value, it is never lost
// for what a peer put into it: a string that is no text form is [Error] of itself.
func ReadReason(rd *term.Reader) (r ExitReason, err error) {
	if rd.Kind() != term.KindString {
		err = r.ParseTerm(rd)
		return r, err
	}
	b, err := rd.ReadView()
	if err != nil {
		return r, err
	}
	text := strings.ToValidUTF8(string(b), "\uFFFD")
	if r, err = ParseExitReason(text); err == nil {
		return r, nil
	}
	if long, found := strings.CutPrefix(text, shutdownPrefix); found {
		return ShutdownReason(long), nil
	}
	return Error(strings.TrimPrefix(text, errorPrefix)), nil
}
