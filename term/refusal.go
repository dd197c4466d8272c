package term

import "fmt"

// refusal says why a type cannot be sent. A type is refused for what any of its
// parts is, nil or not: what can be sent is decided by the type alone.
type refusal struct {
	path string
	err  error
}

func (f *refusal) encodeError() error { return &EncodeError{Path: f.path, Err: f.err} }

func (f *refusal) decodeError(offset int) error {
	return &DecodeError{Path: f.path, Offset: offset, Err: f.err}
}

// under returns f as the refusal of what has the refused type at step.
func (f *refusal) under(step string) *refusal {
	if f == nil {
		return nil
	}
	return &refusal{step + f.path, f.err}
}

// refuse makes p a type that cannot be sent, for what there is at path.
func (p *plan) refuse(path string, format string, args ...any) {
	f := &refusal{path, fmt.Errorf(format, args...)}
	p.noWire, p.noCopy = f, f
}

// spreadRefusals refuses every type that has a refused part, until nothing changes:
// a type that contains itself was compiled before all of its parts were known. It
// looks at the types alone and at nothing that a plan derives from them. An
// immutable type is shared and not copied, so its parts cannot refuse the copy.
func (c *compiler) spreadRefusals() {
	for again := true; again; {
		again = false
		for _, p := range c.order {
			for _, part := range p.parts {
				if f := part.plan.noWire; f != nil && p.noWire == nil {
					p.noWire, again = f.under(part.step), true
				}
				if f := part.plan.noCopy; f != nil && p.noCopy == nil && !p.immutable {
					p.noCopy, again = f.under(part.step), true
				}
			}
		}
	}
}

// obeyRefusals lets the functions of a refused type return why.
func (p *plan) obeyRefusals() {
	if f := p.noWire; f != nil {
		p.encode = func(dst []byte, _ address, _ encodeBudget) ([]byte, error) { return dst, f.encodeError() }
		p.decode = func(r *Reader, _ address) error { return f.decodeError(r.pos) }
	}
	if f := p.noCopy; f != nil {
		p.copy = func(_, _ address, _ encodeBudget) error { return f.encodeError() }
		p.plain, p.tidy = false, nil
	}
}
