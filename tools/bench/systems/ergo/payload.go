package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"ergo.services/ergo/gen"
	"ergo.services/ergo/net/edf"
)

// payload is the message between nodes. It encodes itself, which ergo's
// documentation recommends for messages that are sent often.
type payload struct {
	Seq  int64
	Body string
}

var (
	_ edf.Marshaler   = payload{}
	_ edf.Unmarshaler = (*payload)(nil)
)

// The numbers of messages that are not counted: hello is answered, a report
// carries what a receiver has counted.
const (
	hello  = 0
	report = -1
)

func (p payload) MarshalEDF(out io.Writer) error {
	var seq [8]byte
	binary.BigEndian.PutUint64(seq[:], uint64(p.Seq))
	if _, err := out.Write(seq[:]); err != nil {
		return err
	}
	_, err := io.WriteString(out, p.Body)
	return err
}

func (p *payload) UnmarshalEDF(data []byte) error {
	if len(data) < 8 {
		return errors.New("payload is too short")
	}
	p.Seq = int64(binary.BigEndian.Uint64(data))
	p.Body = string(data[8:])
	return nil
}

// register makes the payload known to the encoder of this process.
func register() error {
	if err := edf.RegisterTypeOf(payload{}); err != nil && !errors.Is(err, gen.ErrTaken) {
		return fmt.Errorf("register the payload: %w", err)
	}
	return nil
}
