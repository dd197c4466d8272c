package pid

import (
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
const fixedWireBytes = 8 + 4

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
	node, id, err := parseWire(r, term.ExtPID)
	if err == nil {
		*p = PID{node, id}
	}
	return err
}

// AppendTerm appends the MessagePack form of r. It never fails.
func (r Ref) AppendTerm(dst []byte) ([]byte, error) {
	return appendWire(dst, term.ExtRef, r.node, r.id), nil
}

// ParseTerm sets r to the Ref that rd stands on. It returns a
// [*term.DecodeError], and leaves r as it is, if there is none.
func (r *Ref) ParseTerm(rd *term.Reader) error {
	node, id, err := parseWire(rd, term.ExtRef)
	if err == nil {
		*r = Ref{node, id}
	}
	return err
}

func appendWire(dst []byte, code int8, node NodeID, id uint64) []byte {
	name := node.Name()
	dst = term.AppendExtHeader(dst, code, fixedWireBytes+len(name))
	dst = binary.BigEndian.AppendUint64(dst, id)
	dst = binary.BigEndian.AppendUint32(dst, node.Creation())
	return append(dst, name...)
}

func parseWire(r *term.Reader, code int8) (NodeID, uint64, error) {
	start := r.Offset()
	n, err := r.ExpectExt(code)
	if err != nil {
		return NodeID{}, 0, err
	}
	b, err := r.ReadN(n)
	if err != nil {
		return NodeID{}, 0, err
	}
	if n < fixedWireBytes {
		err := fmt.Errorf("%w: %d bytes where number and creation take %d", term.ErrMismatch, n, fixedWireBytes)
		return NodeID{}, 0, r.Fail(start, err)
	}
	id := binary.BigEndian.Uint64(b)
	node, err := recent.decode(b[8:])
	if err != nil {
		return NodeID{}, 0, r.Fail(start, err)
	}
	return node, id, nil
}
