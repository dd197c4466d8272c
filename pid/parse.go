package pid

import (
	"encoding/hex"
	"math"
	"strconv"
	"strings"
)

// ParsePID returns the PID whose text form is s, exactly as [PID.String] gives
// it: no spaces, signs or leading zeros. It returns a [*ParseError] for all else.
func ParsePID(s string) (PID, error) {
	f, err := parser{"PID", pidPrefix, s}.parse()
	return PID{internNodeID(f.name, f.creation), f.id}, err
}

// ParseRef returns the Ref whose text form is s, exactly as [Ref.String] gives
// it: no spaces, signs or leading zeros. It returns a [*ParseError] for all else.
func ParseRef(s string) (Ref, error) {
	f, err := parser{"Ref", refPrefix, s}.parse()
	return NewLongRef(internNodeID(f.name, f.creation), f.id, f.words), err
}

// form is what a text form consists of. The zero form is that of the zero value.
type form struct {
	name     string
	creation uint32
	id       uint64
	words    []byte // of a Ref
}

// parser reads the text form prefix node "." id "." creation ">".
type parser struct {
	kind   string // what is parsed, for errors
	prefix string
	input  string
}

func (p parser) parse() (f form, err error) {
	idDot, creationDot, err := p.dots()
	if err != nil {
		return form{}, err
	}
	if f.name, err = p.nodeName(len(p.prefix), idDot); err != nil {
		return form{}, err
	}
	idEnd := creationDot
	if i := strings.IndexByte(p.input[idDot:creationDot], wordsMark); i >= 0 && p.prefix == refPrefix {
		idEnd = idDot + i
		if f.words, err = p.words(idEnd+1, creationDot); err != nil {
			return form{}, err
		}
	}
	if f.id, err = p.number("id", idDot+1, idEnd, math.MaxUint64); err != nil {
		return form{}, err
	}
	creation, err := p.number("creation", creationDot+1, len(p.input)-1, math.MaxUint32)
	if err != nil {
		return form{}, err
	}
	f.creation = uint32(creation)
	return f, nil
}

// words reads input[start:end], the one hexadecimal form of a Ref's words.
func (p parser) words(start, end int) ([]byte, error) {
	text := p.input[start:end]
	b, err := hex.DecodeString(text)
	if err != nil || len(b) == 0 || len(b) > MaxRefWordsBytes || strings.ToLower(text) != text {
		return nil, p.fail(start, "the words are not 1 to "+strconv.Itoa(MaxRefWordsBytes)+" bytes in lower case hexadecimal")
	}
	return b, nil
}

// dots checks the frame of the text and finds the dots before id and creation.
// It looks for them from the right: the host in a node's name has dots too.
func (p parser) dots() (idDot, creationDot int, err error) {
	body, found := strings.CutPrefix(p.input, p.prefix)
	if !found {
		return 0, 0, p.fail(commonPrefixLen(p.input, p.prefix), "want "+strconv.Quote(p.prefix)+" at the beginning")
	}
	body, found = strings.CutSuffix(body, ">")
	if !found {
		return 0, 0, p.fail(len(p.input), `want ">" at the end`)
	}
	creationDot = strings.LastIndexByte(body, '.')
	if creationDot < 0 {
		return 0, 0, p.fail(len(p.input)-1, "want node.id.creation, there is no dot")
	}
	idDot = strings.LastIndexByte(body[:creationDot], '.')
	if idDot < 0 {
		return 0, 0, p.fail(len(p.input)-1, "want node.id.creation, there is one dot")
	}
	return len(p.prefix) + idDot, len(p.prefix) + creationDot, nil
}

// nodeName reads input[start:end]: 0 stands for no name.
func (p parser) nodeName(start, end int) (string, error) {
	name := p.input[start:end]
	if name == noName {
		return "", nil
	}
	if why := nodeNameFault(name); why != "" {
		return "", p.fail(start, "the node is not 0 and its name "+why)
	}
	return name, nil
}

// number reads input[start:end], the one decimal form of a number up to limit.
func (p parser) number(what string, start, end int, limit uint64) (uint64, error) {
	digits := p.input[start:end]
	if digits == "" {
		return 0, p.fail(start, "the "+what+" is missing")
	}
	if digits[0] == '0' && len(digits) > 1 {
		return 0, p.fail(start, "the "+what+" has a leading zero")
	}
	var n uint64
	for i := range len(digits) {
		d := uint64(digits[i]) - '0' // wraps round for bytes below '0'
		if d > 9 {
			return 0, p.fail(start+i, "the "+what+" has a byte that is no digit")
		}
		if n > (limit-d)/10 {
			return 0, p.fail(start, "the "+what+" is greater than "+strconv.FormatUint(limit, 10))
		}
		n = n*10 + d
	}
	return n, nil
}

func (p parser) fail(offset int, why string) error {
	return &ParseError{Type: p.kind, Input: p.input, Offset: offset, Why: why}
}

func commonPrefixLen(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}
