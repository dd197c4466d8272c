package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/term"
)

// entry is a line of output.
type entry struct {
	Node      string `json:"node"` // who says it
	Frame     string `json:"frame"`
	From      string `json:"from,omitempty"`
	To        string `json:"to,omitempty"`
	Ref       string `json:"ref,omitempty"`
	Reason    string `json:"reason,omitempty"`
	Type      string `json:"type,omitempty"`      // the wire name of a value that is of a type of the program's
	Value     any    `json:"value,omitempty"`     // of a message, call or reply
	Fields    []any  `json:"fields,omitempty"`    // of a frame that is no signal
	Fragments int    `json:"fragments,omitempty"` // in how many pieces it came, if not in one
}

// reader reads what both sides say.
type reader struct {
	out  *json.Encoder
	ends [2]end
}

// end is what is known of one side.
type end struct {
	node      pid.NodeID // known once it has said who it is
	rest      []byte     // of its bytes: no whole frame yet
	body      []byte     // that arrives in fragments
	fragments int        // of body
}

// printCapture writes the frames of a capture, each as a line of JSON.
func printCapture(capture io.Reader, w io.Writer) error {
	r := &reader{out: json.NewEncoder(w)}
	r.out.SetEscapeHTML(false)
	return chunks(capture, r.chunk)
}

func (r *reader) chunk(s side, b []byte) error {
	e := &r.ends[s]
	e.rest = append(e.rest, b...)
	for {
		body, size, err := frame.Cut(e.rest, frame.MaxBytes)
		if err == nil && size > 0 {
			err = r.frame(s, body, 0)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", e.node.Name(), err)
		}
		if size == 0 {
			return nil
		}
		e.rest = e.rest[size:]
	}
}

// frame prints one frame. fragments is in how many it came, 0 if in none.
func (r *reader) frame(s side, body []byte, fragments int) error {
	var in frame.Fields
	if err := in.Open(body); err != nil {
		return err
	}
	if in.Of == fragment {
		return r.fragment(s, &in)
	}
	e := entry{Fragments: fragments}
	kind, ok := signal.KindOnWire(in.Of)
	var err error
	if ok {
		err = r.signal(&e, s, kind, &in)
	} else {
		err = r.other(&e, s, &in)
	}
	if err != nil {
		return err
	}
	e.Node = r.ends[s].node.Name()
	return r.out.Encode(e)
}

// signal fills in what a signal is.
func (r *reader) signal(e *entry, s side, kind signal.Kind, in *frame.Fields) error {
	var f signal.Frame
	if err := f.Read(kind, in); err != nil {
		return err
	}
	to, env := f.Signal(r.ends[s].node, r.ends[s.other()].node)
	e.Frame, e.To = kind.String(), to.String()
	if !env.From.IsZero() {
		e.From = env.From.String()
	}
	switch kind {
	case signal.Call, signal.Reply:
		e.Ref = env.ReplyTo.Ref().String()
	case signal.Monitor, signal.Demonitor, signal.DownSignal:
		e.Ref = env.Ref.String()
	}
	switch kind {
	case signal.ExitSignal, signal.LinkExit, signal.DownSignal:
		e.Reason = env.Reason.String()
	case signal.Raw:
		e.Value = shown(f.Value)
	case signal.Message, signal.Call, signal.Reply:
		e.setValue(f.Value)
	}
	return nil
}

// setValue sets the value that b encodes. It costs nothing but itself if it is none.
func (e *entry) setValue(b []byte) {
	v, err := term.DecodeMessage(b)
	if raw, ok := v.(term.Raw); ok {
		e.Type = raw.Name()
	}
	if err == nil {
		v, err = term.ForJSON(v)
	}
	if err != nil {
		v = "undecodable: " + err.Error()
	}
	e.Value = shown(v)
}

// maxShownBytes is how much of a value is shown.
const maxShownBytes = 200

// shown returns v, or the beginning of its JSON if that is long.
func shown(v any) any {
	b, err := json.Marshal(v)
	switch {
	case err != nil:
		return fmt.Sprintf("%T", v)
	case len(b) <= maxShownBytes:
		return v
	}
	cut := b[:maxShownBytes]
	for !utf8.Valid(cut) {
		cut = cut[:len(cut)-1]
	}
	return fmt.Sprintf("%s… (%d bytes)", cut, len(b))
}

// The kinds of frame that have to be understood, and the names of all that carry no signal:
// see remote/PROTOCOL.md.
const (
	hello     = 1
	challenge = 2
	fragment  = 34
	abort     = 35
)

var names = map[uint64]string{
	hello: "hello", challenge: "challenge", 3: "proof", 4: "welcome", 5: "refusal",
	32: "ping", 33: "pong", abort: "fragment-abort", 36: "goodbye",
	48: "whereis", 49: "spawn", 50: "process-info", 51: "node-info", 52: "release", 56: "answer", 57: "failure",
	64: "idle",
}

// other fills in a frame that carries no signal. In the handshake each side says who it is.
func (r *reader) other(e *entry, s side, in *frame.Fields) (err error) {
	if e.Frame = names[in.Of]; e.Frame == "" {
		e.Frame = fmt.Sprintf("kind %d", in.Of)
	}
	for in.Optional() {
		b, err := in.ReadRaw()
		if err != nil {
			return err
		}
		v, err := term.Decode[any](b)
		if err == nil {
			v, err = term.ForJSON(v)
		}
		if err != nil {
			return err
		}
		e.Fields = append(e.Fields, shown(v))
	}
	switch in.Of {
	case hello:
		r.ends[s].node, err = identity(e.Fields, 3)
	case challenge:
		r.ends[s].node, err = identity(e.Fields, 1)
	case abort:
		r.ends[s].body, r.ends[s].fragments = nil, 0
	}
	return err
}

// identity returns the node whose name is fields[at], and whose creation follows.
func identity(fields []any, at int) (pid.NodeID, error) {
	if len(fields) < at+2 {
		return pid.NodeID{}, errors.New("a handshake without a node")
	}
	name, _ := fields[at].(string)
	var creation uint32
	if _, err := fmt.Sscan(fmt.Sprint(fields[at+1]), &creation); err != nil {
		return pid.NodeID{}, fmt.Errorf("creation of %q: %w", name, err)
	}
	return pid.NewNodeID(name, creation)
}

// maxBodyBytes is the length of the longest body in fragments: what a node takes by default.
const maxBodyBytes = 64 << 20

// fragment collects a body that came in pieces, and prints it when it is complete.
func (r *reader) fragment(s side, in *frame.Fields) error {
	var remaining uint64
	err := in.Expect(2)
	if err == nil {
		err = in.Uints(&remaining)
	}
	var piece []byte
	if err == nil {
		piece, err = in.Bytes()
	}
	if err != nil {
		return fmt.Errorf("fragment: %w", err)
	}
	e := &r.ends[s]
	e.body, e.fragments = append(e.body, piece...), e.fragments+1
	if len(e.body) > maxBodyBytes {
		return errors.New("a message that is longer than any")
	}
	if remaining > 0 {
		return nil
	}
	body, fragments := e.body, e.fragments
	e.body, e.fragments = nil, 0
	return r.frame(s, body, fragments)
}
