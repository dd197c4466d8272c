package signal

import "encoding/binary"

// Foreign returns the reason of a process of another system, for which this package
// has no word: a raw term in that system's own bytes, which is passed on byte for byte
// whatever its length, and a text for people, which is kept as by [Error]. It is a
// failure.
func Foreign(raw []byte, text string) ExitReason {
	return ExitReason{codeForeign, packForeign(raw, text)}
}

// ForeignShutdown is [Foreign] of an orderly stop with an explanation that is a term:
// Erlang's {shutdown, Term}. It is no failure.
func ForeignShutdown(raw []byte, text string) ExitReason {
	return ExitReason{codeShutdownTerm, packForeign(raw, text)}
}

// Raw returns the term of a foreign reason, and false for all others.
func (r ExitReason) Raw() (raw string, foreign bool) {
	_, raw = r.unpack()
	return raw, r.isForeign()
}

func (r ExitReason) isForeign() bool {
	return r.code == codeForeign || r.code == codeShutdownTerm
}

// packForeign puts the parts of a foreign reason into one string, so that reasons stay
// small and comparable: the length of the text, the text, the term.
func packForeign(raw []byte, text string) string {
	text = presentable(text)
	b := make([]byte, 0, binary.MaxVarintLen64+len(text)+len(raw))
	b = binary.AppendUvarint(b, uint64(len(text)))
	return string(append(append(b, text...), raw...))
}

// unpack returns the text, and the term of a foreign reason.
func (r ExitReason) unpack() (text, raw string) {
	if !r.isForeign() {
		return r.text, ""
	}
	n, size := binary.Uvarint([]byte(r.text[:min(len(r.text), binary.MaxVarintLen64)]))
	rest := r.text[size:]
	return rest[:n], rest[n:]
}

// isPacked reports whether s is what packForeign returns for some reason.
func isPacked(s string) bool {
	n, size := binary.Uvarint([]byte(s[:min(len(s), binary.MaxVarintLen64)]))
	if size <= 0 || n > uint64(len(s)-size) {
		return false
	}
	text, raw := s[size:size+int(n)], s[size+int(n):]
	return packForeign([]byte(raw), text) == s
}
