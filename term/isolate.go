package term

// Isolate returns what a receiver on the same node gets for v: a value of the
// same type, equal to what a receiver on another node gets, that shares no memory
// with the sender.
//
//   - Values that Go itself copies, such as numbers, strings, PIDs, and structs
//     and arrays of these, and values of [Immutable] types, are returned as they
//     are, in a few nanoseconds. So are structs whose slices, maps and pointers
//     happen to be nil and whose interfaces hold what is returned as it is.
//   - What has slices, maps, pointers or interfaces is copied, a []byte like any
//     slice, and types that write their own form are encoded and decoded. Two
//     pointers to one variable arrive as pointers to two.
//   - Times arrive in UTC and without a monotonic clock reading, fields tagged
//     `msgpack:"-"` arrive zero.
//   - Channels, functions, structs with unexported fields and the like are refused
//     with an [ErrUnsendable] that names type and field, and so is every type that
//     has a part of such a type, whatever the value holds there. The type alone
//     decides, with the same result here and in [Encode].
//   - Values that contain themselves are refused with an [ErrTooDeep], types given
//     to [RefuseMessage] with an [ErrRefusedMessage].
//
// Types need not be registered for it. All errors are [*EncodeError].
func Isolate(v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	if p := plans.table.Load().get(wordOf(v)); p != nil && p.asIs.Load() { // planOf, inlined
		return v, nil
	}
	return isolate(v)
}

func isolate(v any) (any, error) {
	if p := planOf(v); p.asIs.Load() {
		return v, nil
	} else if err := p.refusedMessage(); err != nil {
		return nil, encodeFailed(&EncodeError{Err: err}, v)
	}
	arrived, err := copyAny(v, copyBudget)
	if err == nil && arrived != nil {
		if why := planOf(arrived).refusedMessage(); why != nil { // a Raw may have been one
			err = &EncodeError{Err: why}
		}
	}
	if err != nil {
		return nil, encodeFailed(err, v)
	}
	return arrived, nil
}

// copyAny returns what arrives for a v in an interface.
func copyAny(v any, left encodeBudget) (any, error) {
	if v == nil {
		return nil, nil
	}
	p := planOf(v)
	if p.plain {
		return ifKnown(v)
	}
	if p.isTidy(v, left) {
		return v, nil
	}
	if p.travelsNamed(p.wire.Load(), v) {
		var err error
		if left, err = left.enter(nil); err != nil {
			return nil, err
		}
	}
	if p.elem != nil && p.noCopy == nil {
		to, err := p.elem.copyNew(heldPointee(v), left)
		if err != nil {
			return nil, err
		}
		return boxPointer(p.word, to), nil
	}
	dst := p.alloc()
	if err := p.copy(dst, held(v, p.direct), left); err != nil {
		return nil, err
	}
	return box(p.word, dst, p.direct), nil
}

// isTidy reports whether what arrives for a v in an interface is v.
func isTidy(v any, left encodeBudget) bool {
	if v == nil {
		return true
	}
	p := planOf(v)
	if p.plain {
		return p.asIs.Load() // but for a Raw, which may be known by now
	}
	left.depth--
	return p.isTidy(v, left)
}

// isTidy reports whether v, of p's type, which is not plain, arrives as it is. If
// it is nested too deeply it does not.
func (p *plan) isTidy(v any, left encodeBudget) bool {
	return p.tidy != nil && !p.direct && left.depth > 0 && p.tidy(heldPointee(v), left)
}

// ifKnown decodes a [Raw] or an [Ext] whose type has become known since it came,
// as a receiver on another node would: all other values are returned.
func ifKnown(v any) (any, error) {
	switch v := v.(type) {
	case Raw:
		if form := names.find([]byte(v.name)); form != nil {
			return form.plan.decodeCopy(v.Body())
		}
	case Ext:
		if p := exts.find(v.Code); p != nil {
			b, err := v.AppendTerm(nil)
			if err != nil {
				return nil, &EncodeError{Err: err}
			}
			return p.decodeCopy(b)
		}
	}
	return v, nil
}

// decodeCopy decodes b, the encoding of a value that is to be copied.
func (p *plan) decodeCopy(b []byte) (any, error) {
	r, err := open(b, Limits{})
	if err != nil {
		return nil, &EncodeError{Err: err}
	}
	v, err := p.readBoxed(r, r.pos)
	if err == nil {
		err = r.finish()
	}
	if err != nil {
		return nil, &EncodeError{Err: err}
	}
	return v, nil
}
