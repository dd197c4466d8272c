package pid

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/term"
)

// A PID and a Ref are MessagePack extensions of the codes [term.ExtPID] and
// [term.ExtRef], both with the same content, so that each has exactly one:
//
//	number    8 bytes, big-endian
//	creation  4 bytes, big-endian
//	name      the rest, up to MaxNodeNameBytes: the node's name, or nothing
//
// A Ref with words has them behind the name: a zero byte, which no name has, and then
// 1 to MaxRefWordsBytes bytes.
const (
	numberBytes    = 8
	creationBytes  = 4
	fixedWireBytes = numberBytes + creationBytes
)

var (
	_ term.Appender = PID{}
	_ term.Parser   = (*PID)(nil)
	_ term.Appender = Ref{}
	_ term.Parser   = (*Ref)(nil)
)

func init() {
	err := errors.Join(
		term.RegisterExt[PID](term.ExtPID),
		term.RegisterExt[Ref](term.ExtRef),
		// Structs and lists of these travel by their fields, under these names.
		term.Register[Name]("pid.Name"),
		term.Register[Address]("pid.Address"),
		term.Register[[]PID]("pid.PIDs"),
		term.Register[[]Ref]("pid.Refs"),
	)
	if err != nil {
		panic(fmt.Sprintf("pid: register the wire forms: %v", err))
	}
}

// AppendTerm appends the MessagePack form of p. It never fails.
func (p PID) AppendTerm(dst []byte) ([]byte, error) {
	return appendWire(dst, term.ExtPID, p.node, p.id), nil
}

// ParseTerm sets p to the PID that r stands on. It returns a
// [*term.DecodeError], and leaves p as it is, if there is none.
func (p *PID) ParseTerm(r *term.Reader) error {
	start := r.Offset()
	id, b, err := parseWire(r, term.ExtPID)
	if err != nil {
		return err
	}
	node, err := recent.decode(b)
	if err != nil {
		return r.Fail(start, err)
	}
	*p = PID{node, id}
	return nil
}

// AppendTerm appends the MessagePack form of r. It never fails.
func (r Ref) AppendTerm(dst []byte) ([]byte, error) {
	words := r.Words()
	if words == "" {
		return appendWire(dst, term.ExtRef, r.maker, r.id), nil
	}
	dst = term.AppendExtHeader(dst, term.ExtRef, fixedWireBytes+len(r.maker.Name())+1+len(words))
	dst = appendContent(dst, r.maker, r.id)
	return append(append(dst, 0), words...), nil
}

// ParseTerm sets r to the Ref that rd stands on. It returns a
// [*term.DecodeError], and leaves r as it is, if there is none.
func (r *Ref) ParseTerm(rd *term.Reader) error {
	start := rd.Offset()
	id, b, err := parseWire(rd, term.ExtRef)
	if err != nil {
		return err
	}
	node, words, long := bytes.Cut(b[creationBytes:], []byte{0})
	if long && (len(words) == 0 || len(words) > MaxRefWordsBytes) {
		return rd.Fail(start, fmt.Errorf("%w: %d bytes of words in a reference", term.ErrMismatch, len(words)))
	}
	maker, err := recent.decode(b[:creationBytes+len(node)])
	if err != nil {
		return rd.Fail(start, err)
	}
	*r = NewLongRef(maker, id, words)
	return nil
}

func appendWire(dst []byte, code int8, node NodeID, id uint64) []byte {
	dst = term.AppendExtHeader(dst, code, fixedWireBytes+len(node.Name()))
	return appendContent(dst, node, id)
}

func appendContent(dst []byte, node NodeID, id uint64) []byte {
	dst = binary.BigEndian.AppendUint64(dst, id)
	dst = binary.BigEndian.AppendUint32(dst, node.Creation())
	return append(dst, node.Name()...)
}

// parseWire returns the number, and what follows it: the creation and the name, and
// maybe words.
func parseWire(r *term.Reader, code int8) (id uint64, rest []byte, err error) {
	start := r.Offset()
	n, err := r.ExpectExt(code)
	if err != nil {
		return 0, nil, err
	}
	b, err := r.ReadN(n)
	if err != nil {
		return 0, nil, err
	}
	if n < fixedWireBytes {
		err := fmt.Errorf("%w: %d bytes where number and creation take %d", term.ErrMismatch, n, fixedWireBytes)
		return 0, nil, r.Fail(start, err)
	}
	return binary.BigEndian.Uint64(b), b[numberBytes:], nil
}
